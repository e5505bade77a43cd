//! Kills the real binary at random moments and looks, after each restart, whether its data folder kept every promise: what was
//! acknowledged is there and whole, what was in flight is there as a whole or not at all.
//!
//! `COS_CRASH_KILLS` is the number of kills, `COS_CRASH_SEED` repeats a run's choices (threads still interleave as they like), and
//! `COS_EMULATOR` names another binary than the one that cargo built.

mod client;
mod emulator;
mod record;
mod verify;
mod writers;

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use emulator::Emulator;
use record::Record;
use verify::verify;
use writers::Cos;

const WRITERS: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_survives_kill_9() {
    let kills: u32 = variable("COS_CRASH_KILLS").unwrap_or(5);
    let seed: u64 = variable("COS_CRASH_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("COS_CRASH_SEED={seed} COS_CRASH_KILLS={kills}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let record = Record::default();

    for _ in 0..kills {
        let emulator = Emulator::start(&data);
        check_round(&emulator, &data, &record, &mut random).await;
        write_until_killed(emulator, &record, &mut random).await;
        if random.random_ratio(1, 3) {
            Emulator::start_and_kill(&data, Duration::from_millis(random.random_range(0..30)));
        }
    }

    let emulator = Emulator::start(&data);
    check_round(&emulator, &data, &record, &mut random).await;
    emulator.stop();
    let emulator = Emulator::start(&data);
    verify(&mut Cos::new(&emulator, &record)).await;
    verify::delete_all(&mut Cos::new(&emulator, &record)).await;
    emulator.stop();
    Emulator::start(&data).stop();
    assert_eq!((files(&data.join("staging")), files(&data.join("bodies"))), (0, 0), "files that no record names");
    println!("{kills} kills; {}", record.summary());
}

/// What the last kill left is as promised; some of the uploads that it left open are then ended.
async fn check_round(emulator: &Emulator, data: &Path, record: &Record, random: &mut StdRng) {
    assert_eq!(files(&data.join("staging")), 0, "half-received bodies outlived the restart");
    let mut cos = Cos::new(emulator, record);
    verify(&mut cos).await;
    verify::end_some_uploads(&mut cos, random).await;
    verify(&mut cos).await;
}

async fn write_until_killed(mut emulator: Emulator, record: &Record, random: &mut StdRng) {
    let write = |number| tokio::spawn(writers::write(&emulator, record, number, random.random()));
    let mut writing: Vec<_> = (0..WRITERS).map(write).collect();
    writing.push(tokio::spawn(writers::stall(&emulator, random.random())));
    tokio::time::sleep(Duration::from_millis(random.random_range(20..400))).await;
    emulator.is_killed.store(true, Ordering::SeqCst);
    emulator.kill();
    for writer in writing {
        writer.await.expect("a writer is content with all answers");
    }
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

/// An environment variable, parsed; one that cannot be parsed is not passed over.
fn variable<T: FromStr>(name: &str) -> Option<T> {
    #[expect(clippy::disallowed_methods, reason = "how long a test runs is no option of the emulator")]
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}")))
}
