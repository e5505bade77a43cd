//! `env.sh`: the environment that brings programs to the emulator as they are, and a guide to it.

use std::fmt::Write;
use std::path::Path;

use cos_emulator::config::base_url::BaseUrl;

use super::Files;
use super::truststore::PASSWORD;
use crate::Failure;

/// A variable that names the file of authorities that a program trusts.
pub(crate) struct TrustVariable {
    pub(crate) name: &'static str,
    /// Whom it is for (`clients.md` §1.4).
    pub(crate) readers: &'static str,
}

/// The variables whose value is the path of a PEM file.
pub(crate) const TRUST_VARIABLES: [TrustVariable; 5] = [
    TrustVariable {
        name: "REQUESTS_CA_BUNDLE",
        readers: "Python with requests: cos-python-sdk-v5, coscmd, tencentcloud-sdk-python",
    },
    TrustVariable { name: "SSL_CERT_FILE", readers: "Go: cos-go-sdk-v5, coscli, rclone; Python's ssl; OpenSSL" },
    TrustVariable { name: "NODE_EXTRA_CA_CERTS", readers: "Node.js: cos-nodejs-sdk-v5" },
    TrustVariable { name: "AWS_CA_BUNDLE", readers: "boto3, AWS CLI; rclone does not start with it: unset it there" },
    TrustVariable { name: "CURL_CA_BUNDLE", readers: "curl" },
];

/// Hosts that no program should ask the emulator for.
const NOT_PROXIED: &str = "localhost,127.0.0.1,::1";

/// What a POSIX shell reads with `. env.sh`.
///
/// # Errors
/// The truststore's path has a double quote, for which `JAVA_TOOL_OPTIONS` has no escape.
pub(super) fn text(files: &Files, endpoint: &BaseUrl) -> Result<String, Failure> {
    let truststore = files.truststore.to_string_lossy();
    if truststore.contains('"') {
        return Err(format!("--out: JAVA_TOOL_OPTIONS cannot name {truststore}, whose path has a double quote").into());
    }
    let mut text = String::from(
        "# Brings the programs of this shell to cos-emulator, and makes them trust its certificates. Read it with: . env.sh\n\
         #\n\
         # While they are set, these files stand for the system's authorities (NODE_EXTRA_CA_CERTS alone adds to them), so that\n\
         # HTTPS to other hosts fails. The proxy serves the hosts of COS and no others: name in NO_PROXY what you need beside.\n\
         # rclone does not start with AWS_CA_BUNDLE: unset it there.\n",
    );
    for variable in &TRUST_VARIABLES {
        export(&mut text, variable.name, &quoted(&files.pem.to_string_lossy()));
    }
    let java = format!(
        "-Djavax.net.ssl.trustStore=\"{truststore}\" -Djavax.net.ssl.trustStorePassword={PASSWORD} -Djavax.net.ssl.trustStoreType=PKCS12"
    );
    export(&mut text, "JAVA_TOOL_OPTIONS", &format!("\"${{JAVA_TOOL_OPTIONS:+$JAVA_TOOL_OPTIONS }}\"{}", quoted(&java)));
    let proxy = quoted(&endpoint.to_string());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"] {
        export(&mut text, name, &proxy);
    }
    export(&mut text, "NO_PROXY", "\"${NO_PROXY:-${no_proxy-}}\"");
    export(&mut text, "NO_PROXY", &format!("\"${{NO_PROXY:+$NO_PROXY,}}{NOT_PROXIED}\""));
    export(&mut text, "no_proxy", "\"$NO_PROXY\"");
    Ok(text)
}

/// What is said to the person who called.
pub(super) fn guide(files: &Files, endpoint: &BaseUrl) -> String {
    let path = |path: &Path| path.display().to_string();
    let mut rows: Vec<(&str, &str)> = TRUST_VARIABLES.iter().map(|variable| (variable.name, variable.readers)).collect();
    rows.push(("JAVA_TOOL_OPTIONS", "Java: the truststore, for every JVM that this shell starts"));
    rows.push(("HTTP_PROXY, HTTPS_PROXY", "all of these but Java's and C++'s COS SDKs, which have options of their own"));
    let mut text = format!(
        "certificate   {}\ntruststore    {} (PKCS#12 for Java, password {PASSWORD})\nenvironment   {}\n\n\
         In a shell:   . {}\n\nIt sets these (the proxy is {endpoint}):\n",
        path(&files.pem),
        path(&files.truststore),
        path(&files.env),
        quoted(&path(&files.env)),
    );
    for (name, readers) in rows {
        let _ = writeln!(text, "  {name:<24}{readers}");
    }
    text.push_str(
        "\nWhile set, they stand for the system's authorities, so HTTPS to other hosts fails; NODE_EXTRA_CA_CERTS alone adds to them.\n\
         If a program still does not get through: cos-emulator doctor\n",
    );
    text
}

fn export(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "export {name}={value}");
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What a POSIX shell makes of the lines.
    fn read_by_a_shell(folder: &str, variable: &str) -> String {
        read_by_a_shell_with(("NO_PROXY", "a.test"), folder, variable)
    }

    /// The same, in a shell that was started with a variable.
    fn read_by_a_shell_with((name, value): (&str, &str), folder: &str, variable: &str) -> String {
        let files = Files::within(Path::new(folder)).expect("UTF-8");
        let text = text(&files, &"http://127.0.0.1:7436".parse().expect("a URL")).expect("a text");
        let script = format!("{text}printf %s \"${variable}\"");
        let shell = Command::new("sh")
            .args(["-euc", &script])
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .env(name, value)
            .env("JAVA_TOOL_OPTIONS", "-Dx=1")
            .output();
        String::from_utf8(shell.expect("a shell runs").stdout).expect("UTF-8")
    }

    #[test]
    fn a_shell_reads_paths_as_they_are() {
        let folder = "/it's $HOME/a \\b";
        for variable in &TRUST_VARIABLES {
            assert_eq!(read_by_a_shell(folder, variable.name), format!("{folder}/ca.pem"));
        }
        assert_eq!(
            read_by_a_shell(folder, "JAVA_TOOL_OPTIONS"),
            format!(
                "-Dx=1 -Djavax.net.ssl.trustStore=\"{folder}/truststore.p12\" -Djavax.net.ssl.trustStorePassword=changeit \
                 -Djavax.net.ssl.trustStoreType=PKCS12"
            )
        );
    }

    #[test]
    fn both_spellings_of_the_proxy_agree_and_no_proxy_keeps_what_it_had() {
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"] {
            assert_eq!(read_by_a_shell("/out", name), "http://127.0.0.1:7436");
        }
        for name in ["NO_PROXY", "no_proxy"] {
            for had in ["NO_PROXY", "no_proxy"] {
                assert_eq!(read_by_a_shell_with((had, "a.test"), "/out", name), "a.test,localhost,127.0.0.1,::1");
            }
        }
    }

    #[test]
    fn a_path_that_java_cannot_be_told_is_refused() {
        let files = Files::within(Path::new("/a\"b")).expect("UTF-8");
        let error = text(&files, &"cos:7436".parse().expect("a URL")).expect_err("refused");
        assert!(error.to_string().contains("a double quote"), "{error}");
    }
}
