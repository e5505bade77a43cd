//! Options of `cos-emulator ca`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::config::DEFAULT_LISTEN;
use crate::config::base_url::BaseUrl;

#[derive(Debug, Args)]
pub struct CaOptions {
    /// Folder for ca.pem, truststore.p12 and env.sh; made when missing.
    #[arg(long, env = "COS_EMULATOR_OUT", value_name = "DIR")]
    pub out: PathBuf,
    /// Data folder to take the certificate from; both are made when missing. Without it, a running emulator is asked.
    #[arg(long, env = "COS_EMULATOR_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address that the emulator listens on.
    #[arg(long, env = "COS_EMULATOR_LISTEN", default_value = DEFAULT_LISTEN, value_name = "ADDR")]
    listen: SocketAddr,
    /// Where clients reach the emulator, if elsewhere than at --listen, as in http://cos:7436.
    #[arg(long, env = "COS_EMULATOR_ENDPOINT", value_name = "URL")]
    endpoint: Option<BaseUrl>,
}

impl CaOptions {
    /// Where clients reach the emulator.
    pub fn endpoint(&self) -> BaseUrl {
        self.endpoint.clone().unwrap_or_else(|| BaseUrl::of_listener(self.listen))
    }
}
