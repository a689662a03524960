//! The points of a provider, and their outages.

use jiff::Timestamp;

use super::delivery::Received;
use super::queue::Parcel;
use super::{Error, House, Network, ProviderSettings};
use crate::provider::Provider;

/// A point of a provider that can be out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Nothing reaches the provider; other servers keep what they have for 24 hours.
    Incoming,
    /// Envelopes are taken in charge and wait.
    Delivery,
}

/// Whether a point works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PointState {
    Working,
    Stopped,
}

/// A provider with its points.
#[derive(Debug, Clone)]
pub(super) struct Points {
    pub(super) settings: ProviderSettings,
    pub(super) provider: Provider,
    pub(super) incoming: PointState,
    pub(super) waiting: Vec<(Timestamp, Parcel)>,
    pub(super) delivery: PointState,
    pub(super) undelivered: Vec<(String, Received)>,
}

impl Points {
    pub(super) const fn new(settings: ProviderSettings, provider: Provider) -> Self {
        Self {
            settings,
            provider,
            incoming: PointState::Working,
            waiting: Vec::new(),
            delivery: PointState::Working,
            undelivered: Vec::new(),
        }
    }
}

impl Network {
    /// Puts a point of a provider out of order.
    ///
    /// # Errors
    /// [`Error::NoProvider`], the caller's.
    pub fn stop(&mut self, house: House, point: Point) -> Result<(), Error> {
        self.turn(house, point, PointState::Stopped).map(|_| ())
    }

    /// Puts it in order again: what waited goes on at the network's time.
    ///
    /// # Errors
    /// [`Error::NoProvider`], the caller's; [`Error::Issuing`] when a key does not fit (never seen).
    pub fn restart(&mut self, house: House, point: Point) -> Result<(), Error> {
        let provider = self.turn(house, point, PointState::Working)?;
        match point {
            Point::Incoming => self.let_in(provider),
            Point::Delivery => self.deliver_waiting(provider),
        }
        self.turn_to(self.clock)
    }

    fn turn(&mut self, house: House, point: Point, state: PointState) -> Result<usize, Error> {
        let provider = self.points.iter().position(|points| points.settings.house == house);
        let provider = provider.ok_or(Error::NoProvider { host: house.host() })?;
        match point {
            Point::Incoming => self.points[provider].incoming = state,
            Point::Delivery => self.points[provider].delivery = state,
        }
        Ok(provider)
    }
}
