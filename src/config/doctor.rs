//! Options of `cos-emulator doctor`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use crate::config::base_url::BaseUrl;
use crate::config::endpoint::EndpointOptions;
use crate::config::secret_value::SecretValue;
use crate::config::{DEFAULT_REGION, DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, bucket, region};
use crate::domain::bucket::{BucketName, Region};

#[derive(Debug, Args)]
pub struct DoctorOptions {
    #[command(flatten)]
    pub endpoint: EndpointOptions,
    /// Bucket that the program uses, as in demo-1250000000.
    #[arg(long, env = "COS_EMULATOR_BUCKET", value_name = "NAME", value_parser = bucket)]
    pub bucket: Option<BucketName>,
    /// Proxy that the program is told to use; else the one that HTTPS_PROXY or HTTP_PROXY names, else the emulator itself.
    #[arg(
        long,
        env = "COS_EMULATOR_PROXY",
        hide_env_values = true,
        value_name = "URL",
        value_parser = SecretValue(BaseUrl::from_str)
    )]
    pub proxy: Option<BaseUrl>,
    /// PEM file of the authorities that the program trusts; else the emulator's own certificate is asked for.
    #[arg(long, env = "COS_EMULATOR_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Secret id that the program signs with.
    #[arg(long, env = "COS_EMULATOR_SECRET_ID", default_value = DEFAULT_SECRET_ID, value_name = "ID")]
    pub secret_id: String,
    /// Secret key that the program signs with.
    #[arg(
        long,
        env = "COS_EMULATOR_SECRET_KEY",
        default_value = DEFAULT_SECRET_KEY,
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub secret_key: String,
    /// Region that the program is told.
    #[arg(long, env = "COS_EMULATOR_REGION", default_value = DEFAULT_REGION, value_name = "NAME", value_parser = region)]
    pub region: Region,
    /// Form of the report.
    #[arg(long, env = "COS_EMULATOR_FORMAT", default_value = "text")]
    pub format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
}
