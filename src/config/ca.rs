//! Options of `cos-emulator ca`.

use std::path::PathBuf;

use clap::Args;

use crate::config::endpoint::EndpointOptions;

#[derive(Debug, Args)]
pub struct CaOptions {
    /// Folder for ca.pem, truststore.p12 and env.sh; made when missing.
    #[arg(long, env = "COS_EMULATOR_OUT", value_name = "DIR")]
    pub out: PathBuf,
    /// Data folder to take the certificate from; both are made when missing. Without it, a running emulator is asked.
    #[arg(long, env = "COS_EMULATOR_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub endpoint: EndpointOptions,
}
