//! When what is due is done: at the start, and whenever a day of the service's begins. Copies are made as soon as they are asked
//! for.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::domain::day::Day;
use crate::operations::jobs;
use crate::server::app::App;

/// How often the app's clock is looked at, which may be moved by hand.
const TICK: Duration = Duration::from_secs(1);

/// Runs until it is dropped.
pub(super) async fn keep(app: Arc<App>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut done = None;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.services().store.replication_asked() => {
                jobs::replicate(app.services()).await;
                continue;
            }
        }
        let today = Day::of(app.services().clock.now());
        if done != Some(today) {
            app.run_what_is_due().await;
            done = Some(today);
        }
    }
}
