//! Does this machine's clock agree with the emulator's? Signatures are good for a time only.

use super::address::Emulator;
use super::report::Report;
use crate::Failure;

/// Seconds from which a person should know.
const NOTICEABLE: i64 = 30;

/// Seconds beyond which signatures are refused (Error Codes, 436/7730).
const TOO_MUCH: i64 = 900;

pub(super) fn check(emulator: &Emulator, report: &mut Report) -> Result<(), Failure> {
    let Some((theirs, ours)) = emulator.times else {
        return report.skip("clock", "the answer has no Date");
    };
    let seconds = ours.seconds() - theirs.seconds();
    let found = match seconds {
        0 => "this machine's clock and the emulator's agree".to_owned(),
        1.. => format!("this machine's clock is {seconds} s ahead of the emulator's, which says {}", theirs.http_date()),
        _ => format!("this machine's clock is {} s behind the emulator's, which says {}", -seconds, theirs.http_date()),
    };
    let remedy = "set the clock of the machine or container that is wrong; in a virtual machine: `sudo hwclock --hctosys`";
    match seconds.abs() {
        ..NOTICEABLE => report.ok("clock", found),
        NOTICEABLE..=TOO_MUCH => report.warn("clock", found, remedy),
        _ => report.fail("clock", format!("{found}: signatures are refused"), remedy),
    }
}
