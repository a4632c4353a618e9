//! Networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::{Arguments, Function, text, truth};
use crate::value::Value;

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "cidrhost" => |args| {
            let network = Network::parse(&args.text(0)?)?;
            text(network.host(args.whole(1)?)?.to_string())
        },
        "cidrnetmask" => |args| {
            let network = Network::parse(&args.text(0)?)?;
            if network.bits() != 32 {
                return Err(Fault::error("only IPv4 has netmasks"));
            }
            text(network.address(network.mask()).to_string())
        },
        "cidrsubnet" => |args| {
            let network = Network::parse(&args.text(0)?)?;
            let number =
                u128::try_from(args.whole(2)?).map_err(|_| Fault::needs("a positive number"))?;
            text(network.subnet(length(args.get(1)?)?, number)?.to_string())
        },
        "cidrsubnets" => subnets,
        "cidrcontains" => |args| {
            let network = Network::parse(&args.text(0)?)?;
            let other = args.text(1)?;
            let other = match Network::parse(&other) {
                Ok(other) => other,
                Err(_) => Network::parse(&format!("{other}/{}", network.bits()))?,
            };
            let inside = other.bits() == network.bits()
                && other.length >= network.length
                && other.first & network.mask() == network.first;
            Ok(truth(inside))
        },
        _ => return None,
    })
}

/// A network: its first address, and how many bits all of its addresses share.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    length: u32,
    is_v4: bool,
}

impl Network {
    fn parse(text: &str) -> Outcome<Self> {
        let wrong = || Fault::error(format!("{text:?} is not a network in CIDR notation"));
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        let (first, is_v4) = match address.parse().map_err(|_| wrong())? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), true),
            IpAddr::V6(address) => (u128::from(address), false),
        };
        let mut network = Self {
            first,
            length: length.parse().map_err(|_| wrong())?,
            is_v4,
        };
        if network.length > network.bits() {
            return Err(wrong());
        }
        network.first &= network.mask();
        Ok(network)
    }

    fn bits(self) -> u32 {
        if self.is_v4 { 32 } else { 128 }
    }

    /// How many bits tell its addresses apart.
    fn free(self) -> u32 {
        self.bits() - self.length
    }

    fn mask(self) -> u128 {
        let all = u128::MAX >> (128 - self.bits());
        all & !ones(self.free())
    }

    fn address(self, number: u128) -> IpAddr {
        if self.is_v4 {
            IpAddr::V4(Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)))
        } else {
            IpAddr::V6(Ipv6Addr::from(number))
        }
    }

    /// The address of a number; negative ones count from the end.
    fn host(self, number: i64) -> Outcome<IpAddr> {
        let outside = || Fault::error("the network does not have that many addresses");
        let last = ones(self.free());
        let from_start = if number < 0 {
            let back = u128::from(number.unsigned_abs()) - 1;
            last.checked_sub(back).ok_or_else(outside)?
        } else {
            u128::from(number.unsigned_abs())
        };
        if from_start > last {
            return Err(outside());
        }
        Ok(self.address(self.first | from_start))
    }

    fn subnet(self, added: u32, number: u128) -> Outcome<Self> {
        let length = self.length.saturating_add(added);
        if length > self.bits() {
            return Err(Fault::error("the network does not have that many bits"));
        }
        if number > ones(added) {
            return Err(Fault::error("the network does not have that many subnets"));
        }
        let next = Self { length, ..self };
        let shifted = number.checked_shl(next.free()).unwrap_or(0);
        Ok(Self {
            first: self.first | shifted,
            ..next
        })
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.address(self.first), self.length)
    }
}

fn ones(count: u32) -> u128 {
    match count {
        0 => 0,
        count => u128::MAX >> 128_u32.saturating_sub(count),
    }
}

fn length(value: &Value) -> Outcome<u32> {
    u32::try_from(convert::whole(value)?).map_err(|_| Fault::needs("a positive number"))
}

/// Subnets one after the other, each at the next place where it fits.
fn subnets(args: &Arguments) -> Outcome<Value> {
    let network = Network::parse(&args.text(0)?)?;
    let full = || Fault::error("the network does not have room for all subnets");
    let mut results = Vec::new();
    let mut next = network.first;
    for value in args.from(1) {
        let mut subnet = network.subnet(length(value)?, 0)?;
        let size = ones(subnet.free());
        let start = next.checked_add(size).ok_or_else(full)? & !size;
        let end = start.checked_add(size).ok_or_else(full)?;
        if end > network.first | ones(network.free()) {
            return Err(full());
        }
        subnet.first = start;
        results.push(Value::string(subnet.to_string()));
        next = end.saturating_add(1);
    }
    Ok(Value::list(results))
}
