//! What was found, as lines for people or as one JSON document.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use cos_emulator::config::ReportFormat;
use serde::Serialize;
use serde_json::json;
use terminal_size::{Width, terminal_size_of};

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

/// The column in which findings begin.
const INDENT: usize = 19;

/// Columns below which a line is not broken further: it would be a column of single words.
const NARROWEST: usize = 60;

/// Lines are printed as they come, for checks take their time; JSON is printed at the end.
pub(super) struct Report {
    format: ReportFormat,
    /// Columns of the terminal; `None` when a file or another program reads, which gets each finding in one line.
    terminal: Option<usize>,
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn begin(format: ReportFormat) -> Self {
        let columns =
            terminal_size_of(io::stdout()).map_or(usize::MAX, |(Width(columns), _)| usize::from(columns).max(NARROWEST));
        Self { format, terminal: io::stdout().is_terminal().then_some(columns), findings: Vec::new() }
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
            io::stdout().write_all(text(&finding, self.terminal).as_bytes())?;
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

fn text(finding: &Finding, terminal: Option<usize>) -> String {
    let (word, colour) = finding.verdict.word();
    let (begin, end) = if terminal.is_some() { (colour, "\x1b[0m") } else { ("", "") };
    let columns = terminal.unwrap_or(usize::MAX);
    let found = broken(&finding.found, INDENT, columns);
    let text = format!("{begin}{word:<4}{end}  {:<12} {found}\n", finding.check);
    match &finding.remedy {
        Some(remedy) => format!("{text}{:INDENT$}-> {}\n", "", broken(remedy, INDENT + 3, columns)),
        None => text,
    }
}

/// Words in lines of so many columns, all but the first of which are indented. What stands between backquotes is to be typed: it
/// is not broken, so that it can be copied.
fn broken(text: &str, indent: usize, columns: usize) -> String {
    let (mut lines, mut used, mut is_quoted) = (String::new(), indent, false);
    for word in text.split(|character| {
        is_quoted ^= character == '`';
        character == ' ' && !is_quoted
    }) {
        let width = word.chars().count();
        if used == indent {
            used += width;
        } else if used + 1 + width <= columns {
            lines.push(' ');
            used += 1 + width;
        } else {
            lines.push_str(&format!("\n{:indent$}", ""));
            used = indent + width;
        }
        lines.push_str(word);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_aligned_and_coloured_on_a_terminal_only() {
        let remedy = Some("do this".to_owned());
        let finding = Finding { check: "address", verdict: Verdict::Fail, found: "nobody".to_owned(), remedy };
        assert_eq!(text(&finding, None), "FAIL  address      nobody\n                   -> do this\n");
        assert!(text(&finding, Some(80)).starts_with("\x1b[31mFAIL\x1b[0m  address      nobody\n"));
        let finding = Finding { verdict: Verdict::Ok, remedy: None, ..finding };
        assert_eq!(text(&finding, None), "ok    address      nobody\n");
    }

    #[test]
    fn lines_end_between_words_and_never_within_what_is_to_be_typed() {
        let remedy = "set it: `export A=1 B=2`; or leave it";
        assert_eq!(broken(remedy, 2, 80), remedy);
        assert_eq!(broken(remedy, 2, 12), "set it:\n  `export A=1 B=2`;\n  or leave\n  it");
        assert_eq!(broken("`a b", 0, 2), "`a b");
        assert_eq!(broken("", 2, 1), "");
    }
}
