use crate::{entra::Caller, http::*, world::World};
pub(crate) fn answer(_: &mut World, r: &Request, _: &Caller, _: (String, Vec<String>)) -> Reply {
    Reply::unknown_route(r)
}
