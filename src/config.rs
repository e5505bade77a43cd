//! Every option, with its unit and default. The one place that reads the environment.

pub mod base_url;
mod ca;
mod certificate;
mod doctor;
mod endpoint;
mod environment;
mod secret_value;
mod users;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::domain::account::Account;
use crate::domain::bucket::{BucketName, Region};
use crate::domain::error::Error;
use crate::server::{FirstBucket, Settings};
use secret_value::SecretValue;
use users::People;

pub use ca::CaOptions;
pub use doctor::{DoctorOptions, ReportFormat};
pub use endpoint::EndpointOptions;
pub use environment::Environment;

/// The owner's number of the default account.
const DEFAULT_UIN: &str = "100000000001";

/// Tencent Cloud Object Storage (COS) on one machine: an emulator for development and tests.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Each option is also read from the environment variable of \
    the same words, as in COS_EMULATOR_DATA_DIR; the option wins."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve COS; the default.
    Serve(Box<ServeOptions>),
    /// Ask a running emulator whether it is ready: exit code 0 if so, for images without a shell.
    Healthcheck(EndpointOptions),
    /// Write what clients need to trust the emulator's certificates: a PEM file, a Java truststore, and lines for a shell.
    Ca(CaOptions),
    /// Find out, from the client's side, why a program does not get through to the emulator.
    Doctor(Box<DoctorOptions>),
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Task {
    Serve(Box<ServeOptions>),
    Healthcheck(EndpointOptions),
    Ca(CaOptions),
    Doctor(Box<DoctorOptions>),
}

const DEFAULT_LISTEN: &str = "127.0.0.1:7436";
const DEFAULT_SECRET_ID: &str = "AKIDCosEmulatorDefaultSecretId000000";
const DEFAULT_SECRET_KEY: &str = "CosEmulatorDefaultSecretKey00000";
const DEFAULT_REGION: &str = "ap-guangzhou";

#[derive(Debug, Args)]
pub struct ServeOptions {
    /// Address to listen on; port 0 picks a free one, and the READY line says which. Repeatable, or a list with commas.
    #[arg(long, env = "COS_EMULATOR_LISTEN", default_value = DEFAULT_LISTEN, value_name = "ADDR", value_delimiter = ',')]
    pub listen: Vec<SocketAddr>,
    /// Folder to keep data in; made when missing. Without it, a temporary folder that is removed at the end.
    #[arg(long, env = "COS_EMULATOR_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Buckets to make at the start, as in demo-1250000000,logs-1250000000:versioning.
    #[arg(long, env = "COS_EMULATOR_BUCKETS", value_name = "LIST", value_delimiter = ',', value_parser = first_bucket)]
    buckets: Vec<FirstBucket>,
    /// Secret id of the default account.
    #[arg(long, env = "COS_EMULATOR_SECRET_ID", default_value = DEFAULT_SECRET_ID, value_name = "ID")]
    secret_id: String,
    /// Secret key of the default account.
    #[arg(
        long,
        env = "COS_EMULATOR_SECRET_KEY",
        default_value = DEFAULT_SECRET_KEY,
        hide_env_values = true,
        value_name = "KEY"
    )]
    secret_key: String,
    /// APPID of the default account.
    #[arg(long, env = "COS_EMULATOR_APPID", default_value = "1250000000", value_parser = appid)]
    appid: String,
    /// Further accounts, as in 1250000001:secretid:secretkey,1250000002:secretid:secretkey.
    #[arg(
        long,
        env = "COS_EMULATOR_ACCOUNTS",
        hide_env_values = true,
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = SecretValue(account)
    )]
    accounts: Vec<(String, String, String)>,
    /// JSON file of sub-accounts, their keys and policies, and of roles.
    #[arg(long, env = "COS_EMULATOR_USERS", value_name = "FILE")]
    users: Option<PathBuf>,
    /// Whether signatures are checked; off takes every caller for the default account.
    #[arg(long, env = "COS_EMULATOR_AUTH", default_value = "on")]
    auth: Switch,
    /// Further host suffix: a bucket is then also at BUCKET.NAME. Repeatable; a list in the variable.
    #[arg(long = "domain", env = "COS_EMULATOR_DOMAIN", value_name = "NAME", value_delimiter = ',', value_parser = domain)]
    domains: Vec<String>,
    /// Bucket of requests that name none in host or path.
    #[arg(long, env = "COS_EMULATOR_DEFAULT_BUCKET", value_name = "NAME", value_parser = bucket)]
    default_bucket: Option<BucketName>,
    /// Region of buckets made through a host that names none.
    #[arg(long, env = "COS_EMULATOR_REGION", default_value = DEFAULT_REGION, value_name = "NAME", value_parser = region)]
    region: Region,
    /// PEM file of a certificate of your own, served under the names that it covers.
    #[arg(long, env = "COS_EMULATOR_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file of its private key.
    #[arg(long, env = "COS_EMULATOR_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Form of the log on standard error.
    #[arg(long, env = "COS_EMULATOR_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// What is logged: a level, or a filter as in cos_emulator=debug,info.
    #[arg(long, env = "COS_EMULATOR_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
    /// File to write, whole, when ready: endpoint and credentials as JSON.
    #[arg(long, env = "COS_EMULATOR_READY_FILE", value_name = "PATH")]
    pub ready_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

impl Cli {
    /// Reads the command line and the environment; ends the process with code 2 and a line that names the option when one is
    /// wrong or unknown.
    pub fn read() -> Task {
        let matches = Self::command().get_matches();
        let given = std::env::vars_os().map(|(name, _)| name);
        if let Some(name) = unknown_variable(matches.subcommand_name(), given) {
            let message = format!("the environment variable {name} is not one of the emulator's; see --help for their names");
            Self::command().error(clap::error::ErrorKind::UnknownArgument, message).exit();
        }
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).task()
    }

    fn task(self) -> Task {
        match self.command {
            None => Task::Serve(Box::new(self.serve)),
            Some(Command::Serve(options)) => Task::Serve(options),
            Some(Command::Healthcheck(options)) => Task::Healthcheck(options),
            Some(Command::Ca(options)) => Task::Ca(options),
            Some(Command::Doctor(options)) => Task::Doctor(options),
        }
    }
}

impl ServeOptions {
    /// What the server needs of the options.
    ///
    /// # Errors
    /// A line that names the option when a file that it names is not as it should be.
    pub fn settings(&self) -> Result<Settings, String> {
        let account = Account {
            appid: self.appid.clone(),
            uin: DEFAULT_UIN.to_owned(),
            secret_id: self.secret_id.clone(),
            secret_key: self.secret_key.clone(),
        };
        let further_accounts: Vec<Account> = self
            .accounts
            .iter()
            .enumerate()
            .map(|(index, (appid, secret_id, secret_key))| Account {
                appid: appid.clone(),
                uin: format!("1{:011}", index + 2),
                secret_id: secret_id.clone(),
                secret_key: secret_key.clone(),
            })
            .collect();
        let accounts: Vec<&Account> = std::iter::once(&account).chain(&further_accounts).collect();
        let People { sub_accounts, roles } =
            self.users.as_ref().map(|file| users::read(file, &accounts)).transpose()?.unwrap_or_default();
        // The READY line tells it to programs that have other working folders.
        let data_dir = self.data_dir.as_ref().map(std::path::absolute).transpose();
        let own = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        let certificate = own.map(|(certificate, key)| certificate::read(certificate, key)).transpose()?;
        Ok(Settings {
            data_dir: data_dir.map_err(|error| format!("--data-dir: {error}"))?,
            buckets: self.buckets.clone(),
            further_accounts,
            sub_accounts,
            roles,
            account,
            check_signatures: self.auth == Switch::On,
            domains: self.domains.clone(),
            default_bucket: self.default_bucket.clone(),
            region: self.region.clone(),
            certificate,
        })
    }
}

/// Variables that Kubernetes gives every container beside a service called `cos-emulator`.
const FROM_KUBERNETES: [&str; 2] = ["COS_EMULATOR_PORT", "COS_EMULATOR_SERVICE_"];

/// A variable that is neither the server's nor the subcommand's: a server must not pass over one that is meant for it.
fn unknown_variable(subcommand: Option<&str>, given: impl Iterator<Item = OsString>) -> Option<String> {
    let command = Cli::command();
    let subcommand = subcommand.and_then(|name| command.find_subcommand(name));
    let arguments = [Some(&command), subcommand].into_iter().flatten().flat_map(clap::Command::get_arguments);
    let known: Vec<OsString> = arguments.filter_map(|argument| argument.get_env()).map(ToOwned::to_owned).collect();
    given
        .filter(|name| !known.contains(name))
        .map(|name| name.to_string_lossy().into_owned())
        .find(|name| name.starts_with("COS_EMULATOR_") && !FROM_KUBERNETES.iter().any(|prefix| name.starts_with(prefix)))
}

fn sentence(error: &Error) -> String {
    error.message().to_owned()
}

fn bucket(text: &str) -> Result<BucketName, String> {
    text.parse().map_err(|error| sentence(&error))
}

fn first_bucket(text: &str) -> Result<FirstBucket, String> {
    text.parse().map_err(|error| sentence(&error))
}

fn region(text: &str) -> Result<Region, String> {
    text.parse().map_err(|error| sentence(&error))
}

fn appid(text: &str) -> Result<String, String> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("an APPID is all digits, as in 1250000000".to_owned());
    }
    Ok(text.to_owned())
}

fn account(text: &str) -> Result<(String, String, String), String> {
    match text.split(':').collect::<Vec<_>>()[..] {
        [id, secret_id, secret_key] if !secret_id.is_empty() && !secret_key.is_empty() => {
            Ok((appid(id)?, secret_id.to_owned(), secret_key.to_owned()))
        }
        _ => Err("an account is <appid>:<secretid>:<secretkey>".to_owned()),
    }
}

fn domain(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    let is_name = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if text.split('.').all(is_name) { Ok(text) } else { Err("a domain is a host name without port, as in cos.test".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bucket::Versioning;

    fn serve(arguments: &[&str]) -> Result<Settings, String> {
        let all = ["cos-emulator"].iter().chain(arguments);
        match Cli::try_parse_from(all).map_err(|error| error.to_string())?.task() {
            Task::Serve(options) => options.settings(),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn the_definition_is_sound_and_every_option_has_its_variable() {
        Cli::command().debug_assert();
        let command = Cli::command();
        let commands = std::iter::once(&command).chain(command.get_subcommands());
        let arguments = commands.flat_map(clap::Command::get_arguments);
        for argument in arguments.filter(|argument| !["help", "version"].contains(&argument.get_id().as_str())) {
            let words = argument.get_long().expect("options are long").replace('-', "_").to_uppercase();
            let variable = format!("COS_EMULATOR_{words}");
            assert_eq!(argument.get_env().and_then(|name| name.to_str()), Some(variable.as_str()));
        }
    }

    #[test]
    fn serving_is_the_default() {
        let settings = serve(&[]).expect("defaults");
        assert_eq!((settings.account.appid.as_str(), settings.account.uin.as_str()), ("1250000000", "100000000001"));
        assert!(settings.check_signatures && settings.data_dir.is_none());
        let settings =
            serve(&["serve", "--buckets", "a-1,b-2:versioning", "--auth", "off", "--accounts", "2:ak:sk"]).expect("valid");
        let buckets = settings.buckets.iter().map(|bucket| (bucket.name.as_str(), bucket.versioning));
        assert_eq!(buckets.collect::<Vec<_>>(), [("a-1", Versioning::Never), ("b-2", Versioning::Enabled)]);
        assert_eq!(
            (settings.further_accounts[0].appid.as_str(), settings.further_accounts[0].uin.as_str()),
            ("2", "100000000002")
        );
        assert!(!settings.check_signatures);
    }

    #[test]
    fn the_data_folder_is_absolute() {
        let here = std::env::current_dir().expect("there");
        assert_eq!(serve(&["--data-dir", "data"]).expect("valid").data_dir, Some(here.join("data")));
    }

    #[test]
    fn a_wrong_value_names_its_option_and_what_would_be_right() {
        for (arguments, expected) in [
            (["--buckets", "demo"], "'--buckets <LIST>': the bucket name \"demo\" is not valid"),
            (["--buckets", "demo-1:version"], "the bucket setting :version is not known; :versioning is"),
            (["--region", "Guangzhou!"], "only a-z, 0-9 and - are allowed, as in ap-guangzhou"),
            (["--appid", "x"], "an APPID is all digits"),
            (["--accounts", "1:2"], "'--accounts <LIST>': an account is <appid>:<secretid>:<secretkey>"),
            (["--domain", "a..b"], "a domain is a host name without port"),
            (["--listen", "7436"], "--listen <ADDR>"),
            (["--listen", "127.0.0.1:1,x"], "--listen <ADDR>"),
            (["--lisen", "x"], "--listen"),
            (["--tls-cert", "c.pem"], "--tls-key <FILE>"),
            (["--tls-key", "k.pem"], "--tls-cert <FILE>"),
        ] {
            let message = serve(&arguments).expect_err(expected);
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        for (arguments, expected) in [
            (&["--accounts", "1250000001:hidden"][..], "'--accounts <LIST>': "),
            (&["--accounts", "x:id:hidden"], "'--accounts <LIST>': an APPID is all digits"),
            (&["ca", "--out", "o", "--endpoint", "http://me:hidden@cos:1"], "'--endpoint <URL>': it has a user's name"),
            (&["doctor", "--proxy", "https://me:hidden@cos:1"], "'--proxy <URL>': its scheme is not http"),
            (&["doctor", "--proxy", "me:hidden@co s"], "'--proxy <URL>': it is no URL"),
        ] {
            let message = serve(arguments).expect_err(expected);
            assert!(message.contains(expected) && !message.contains("hidden"), "{message}");
        }
    }

    #[test]
    fn an_unknown_variable_is_found() {
        let given = |subcommand, names: &[&str]| unknown_variable(subcommand, names.iter().map(OsString::from));
        assert_eq!(given(None, &["PATH", "COS_EMULATOR_DATA_DIR", "COS_EMULATOR"]), None);
        assert_eq!(given(None, &["COS_EMULATOR_SERVICE_HOST", "COS_EMULATOR_PORT_7436_TCP_ADDR"]), None);
        assert_eq!(given(None, &["COS_EMULATOR_DATADIR"]), Some("COS_EMULATOR_DATADIR".to_owned()));
        assert_eq!(given(Some("ca"), &["COS_EMULATOR_BUCKETS", "COS_EMULATOR_OUT"]), None);
        assert_eq!(given(Some("serve"), &["COS_EMULATOR_OUT"]), Some("COS_EMULATOR_OUT".to_owned()));
    }
}
