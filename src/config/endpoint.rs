//! Where a running emulator is, as subcommands are told.

use std::net::SocketAddr;
use std::str::FromStr;

use clap::Args;

use crate::config::DEFAULT_LISTEN;
use crate::config::base_url::BaseUrl;
use crate::config::secret_value::SecretValue;

#[derive(Debug, Args)]
pub struct EndpointOptions {
    /// Address that the emulator listens on; of several the first counts.
    #[arg(long, env = "COS_EMULATOR_LISTEN", default_value = DEFAULT_LISTEN, value_name = "ADDR", value_delimiter = ',')]
    listen: Vec<SocketAddr>,
    /// Where clients reach the emulator, if elsewhere than at --listen, as in http://cos:7436.
    #[arg(
        long,
        env = "COS_EMULATOR_ENDPOINT",
        hide_env_values = true,
        value_name = "URL",
        value_parser = SecretValue(BaseUrl::from_str)
    )]
    endpoint: Option<BaseUrl>,
}

impl EndpointOptions {
    /// Whether --endpoint says it.
    pub fn is_named(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Where clients reach the emulator.
    pub fn url(&self) -> BaseUrl {
        // There is a default, so there is a first.
        self.endpoint.clone().unwrap_or_else(|| BaseUrl::of_listener(self.listen[0]))
    }
}
