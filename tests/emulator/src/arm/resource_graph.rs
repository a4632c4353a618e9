use crate::{clock::Timestamp, http::*, world::World};
pub(crate) fn query(_: &mut World, r: &Request) -> Reply {
    Reply::unknown_route(r)
}
pub(crate) fn record(_: &mut World, _: &str, _: Timestamp) {}
pub(crate) fn record_all(_: &mut World) {}
