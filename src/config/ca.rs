//! Options of `cos-emulator ca`.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::endpoint::EndpointOptions;

#[derive(Debug, Args)]
pub struct CaOptions {
    /// Folder for ca.pem, truststore.p12 and env.sh; made when missing.
    #[arg(long, env = "COS_EMULATOR_OUT", value_name = "DIR")]
    pub out: PathBuf,
    /// Data folder to take the certificate from; both are made when missing. Without it, or with --endpoint, a running emulator
    /// is asked.
    #[arg(long, env = "COS_EMULATOR_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub endpoint: EndpointOptions,
}

impl CaOptions {
    /// The folder that has the certificate. An endpoint goes before it: the image names a data folder in every container, also in
    /// those whose folder is not the emulator's.
    pub fn data_dir(&self) -> Option<&Path> {
        self.data_dir.as_deref().filter(|_| !self.endpoint.is_named())
    }
}
