//! When what is due is done: at the start, and whenever a day of the service's begins; logs every five minutes; copies and reports
//! as soon as they are asked for.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::domain::day::Day;
use crate::operations::jobs;
use crate::server::app::App;

/// How often the app's clock is looked at, which may be moved by hand.
const TICK: Duration = Duration::from_secs(1);

/// Seconds between two log files of a bucket (Logging Overview, 436/16920).
const LOG_PERIOD: i64 = 300;

/// Runs until it is dropped.
pub(super) async fn keep(app: Arc<App>) {
    let services = app.services();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut done, mut logged) = (None, None);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = services.store.replication_asked() => {
                jobs::replicate(services).await;
                continue;
            }
            () = services.agenda.asked() => {
                jobs::write_files(services).await;
                continue;
            }
        }
        let now = services.clock.now();
        let (today, period) = (Day::of(now), now.seconds().div_euclid(LOG_PERIOD));
        if done != Some(today) {
            app.run_what_is_due().await;
        } else if logged != Some(period) {
            jobs::write_files(services).await;
        }
        (done, logged) = (Some(today), Some(period));
    }
}
