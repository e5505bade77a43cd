//! What was found, as lines for people or as one JSON document.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use cos_emulator::config::ReportFormat;
use serde::Serialize;
use serde_json::json;

use crate::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warn,
    Fail,
    Skip,
}

impl Verdict {
    /// The word, and its colour on a terminal.
    fn word(self) -> (&'static str, &'static str) {
        match self {
            Self::Ok => ("ok", "\x1b[32m"),
            Self::Warn => ("warn", "\x1b[33m"),
            Self::Fail => ("FAIL", "\x1b[31m"),
            Self::Skip => ("skip", "\x1b[2m"),
        }
    }
}

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    /// What to do; for the verdicts `warn` and `fail`.
    remedy: Option<String>,
}

/// Lines are printed as they come, for checks take their time; JSON is printed at the end.
pub(super) struct Report {
    format: ReportFormat,
    is_coloured: bool,
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn begin(format: ReportFormat) -> Self {
        Self { format, is_coloured: io::stdout().is_terminal(), findings: Vec::new() }
    }

    pub(super) fn ok(&mut self, check: &'static str, found: impl Into<String>) -> Result<(), Failure> {
        self.add(Finding { check, verdict: Verdict::Ok, found: found.into(), remedy: None })
    }

    /// Something that some programs trip on.
    pub(super) fn warn(
        &mut self,
        check: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Result<(), Failure> {
        self.add(Finding { check, verdict: Verdict::Warn, found: found.into(), remedy: Some(remedy.into()) })
    }

    /// Something that no program gets past.
    pub(super) fn fail(
        &mut self,
        check: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Result<(), Failure> {
        self.add(Finding { check, verdict: Verdict::Fail, found: found.into(), remedy: Some(remedy.into()) })
    }

    /// Something that was not looked at, and why.
    pub(super) fn skip(&mut self, check: &'static str, why: impl Into<String>) -> Result<(), Failure> {
        self.add(Finding { check, verdict: Verdict::Skip, found: why.into(), remedy: None })
    }

    fn add(&mut self, finding: Finding) -> Result<(), Failure> {
        if self.format == ReportFormat::Text {
            io::stdout().write_all(line(&finding, self.is_coloured).as_bytes())?;
        }
        self.findings.push(finding);
        Ok(())
    }

    /// Says how it went.
    pub(super) fn end(self) -> Result<ExitCode, Failure> {
        let count = |verdict| self.findings.iter().filter(|finding| finding.verdict == verdict).count();
        let (failed, warned) = (count(Verdict::Fail), count(Verdict::Warn));
        let mut out = io::stdout();
        match self.format {
            ReportFormat::Text => writeln!(out, "\n{failed} failed, {warned} to look at, {} in order", count(Verdict::Ok))?,
            ReportFormat::Json => writeln!(out, "{}", json!({"ok": failed == 0, "checks": self.findings}))?,
        }
        Ok(ExitCode::from(u8::from(failed > 0)))
    }
}

fn line(finding: &Finding, is_coloured: bool) -> String {
    let (word, colour) = finding.verdict.word();
    let (begin, end) = if is_coloured { (colour, "\x1b[0m") } else { ("", "") };
    let line = format!("{begin}{word:<4}{end}  {:<12} {}\n", finding.check, finding.found);
    match &finding.remedy {
        Some(remedy) => format!("{line}{:19}-> {remedy}\n", ""),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_aligned_and_coloured_on_a_terminal_only() {
        let remedy = Some("do this".to_owned());
        let finding = Finding { check: "address", verdict: Verdict::Fail, found: "nobody".to_owned(), remedy };
        assert_eq!(line(&finding, false), "FAIL  address      nobody\n                   -> do this\n");
        assert!(line(&finding, true).starts_with("\x1b[31mFAIL\x1b[0m  address      nobody\n"));
        let finding = Finding { verdict: Verdict::Ok, remedy: None, ..finding };
        assert_eq!(line(&finding, false), "ok    address      nobody\n");
    }
}
