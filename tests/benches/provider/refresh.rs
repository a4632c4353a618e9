//! A refresh of very many assignments.

use std::time::Duration;

use ppcmk_tests::Fleet;
use ppcmk_tests::figures::Figure;

use crate::commands::plan;
use crate::start::memory_of;
use crate::{Effort, times};

/// How often the memory of a running provider is looked at. It is the most that it has ever used,
/// so only what it needs in its very last moment can be missed.
const INTERVAL: Duration = Duration::from_millis(5);

/// Time, requests and memory of a plan that refreshes, and the time of one that does not; then the
/// same in a large tenant, whose list of environments is long.
pub(crate) fn figures(effort: Effort) -> Vec<Figure> {
    let count = effort.assignments;
    let fleet = Fleet::new(count);
    let mut figures = of(
        &fleet,
        effort,
        &format!("terraform plan, {count} assignments"),
    );
    let without = times(effort.refreshes, || {
        plan(&fleet.workspace, &["-refresh=false"]);
    });
    figures.insert(
        1,
        Figure::durations("  the same without a refresh", &without),
    );
    drop(fleet);
    let tenant = effort.tenant;
    let fleet = Fleet::in_tenant(count, tenant);
    let what = format!("the same in a tenant of {tenant} environments");
    figures.extend(of(&fleet, effort, &what));
    figures
}

/// Time, requests and memory of plans that refresh.
fn of(fleet: &Fleet, effort: Effort, what: &str) -> Vec<Figure> {
    fleet.workspace.apply_with(&["-refresh-only"]).succeeds();
    let mut requests = Vec::new();
    let refresh = times(effort.refreshes, || {
        fleet.emulator.clear_requests();
        plan(&fleet.workspace, &[]);
        requests.push(fleet.emulator.requests().count());
    });
    let memory: Vec<_> = (0..effort.refreshes).map(|_| memory(fleet)).collect();
    vec![
        Figure::durations(what, &refresh),
        Figure::counts("  requests of the refresh", &requests).target("12"),
        Figure::sizes("  memory of the provider at most", &memory).target("60 MB"),
    ]
}

/// The most that any provider of one plan has used.
fn memory(fleet: &Fleet) -> u64 {
    let mut running = fleet
        .workspace
        .spawn(&["plan", "-input=false", "-detailed-exitcode"]);
    let mut most = 0;
    while !running.has_ended() {
        let ids = running.provider_ids();
        let used = ids.into_iter().filter_map(|id| memory_of(id, "VmHWM"));
        most = used.chain([most]).max().unwrap_or(most);
        std::thread::sleep(INTERVAL);
    }
    running.wait().succeeds();
    most
}
