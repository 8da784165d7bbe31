//! An absence: weeks go by at a station without a network, and people work on.

use crate::plan::Work;
use crate::post::Post;
use crate::tally::{Property, Tally};
use crate::world::World;

const WEEK: i64 = 7 * 86_400;

/// Six weeks, by the station's clock; then somebody sets it right, and there is a network.
pub(crate) fn weeks(world: &World, post: &mut Post, tally: &Tally) {
    if post.is_stopped {
        return;
    }
    let drift = post.drift;
    world.connect(false);
    for week in [3, 6] {
        post.set_clock(drift + week * WEEK);
        let before = post.books.scanned.len();
        post.work(Work::Scan(1), tally);
        let code = post.station.run(["sync", "--json"]).code;
        tally.operation("sync");
        tally.tell(&format!("station {}: sync in week {week} without a network → {code:?}", post.number));
        // Without the key that its catalog speaks of it does not even ask.
        post.is_stopped = matches!(code, Some(9 | 13));
        let worked = post.books.scanned.len() == before + 1;
        tally.check(Property::Absent, worked && (post.is_stopped || code == Some(12)), || {
            format!("station {}: {code:?} in week {week}", post.number)
        });
    }
    let said = post.station.run(["sync", "--status", "--json"]);
    let status = said.json();
    // A refusal that was heard before is told first.
    let is_alarm = status["alarm"] == "away" || status["alarm"] == "refused";
    let is_told = post.is_stopped || said.code == Some(13) && is_alarm;
    let waits = status["waiting"].as_u64().is_some_and(|waiting| waiting > 0);
    tally.check(Property::Absent, is_told && waits, || format!("station {}: {said:?}", post.number));
    post.set_clock(drift);
    world.connect(true);
    tally.faults("weeks of a station without a network", 6);
}
