//! The child's side: owns the driver, obeys, and looks for a wish to stop between two reads.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use sohoa_capture::sane::SaneDriver;
use sohoa_capture::scanner::{Driver, ScanError, Scanner};
use sohoa_capture::simulated::SimulatedDriver;
pub use sohoa_capture::simulated::Simulation;

use crate::scanner::protocol::{Answer, BLOCK, Order};
use crate::worker::protocol::{read_message, write_message};

/// Obeys until `input` ends; with a simulation in place of SANE if there is one.
///
/// # Errors
/// Only if the streams break.
pub fn serve(
    input: impl Read + Send + 'static,
    mut output: impl Write,
    simulation: Option<Simulation>,
) -> io::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let orders = listen(input, stop.clone())?;
    let opened: Result<Box<dyn Driver>, ScanError> = match simulation {
        Some(simulation) => Ok(Box::new(SimulatedDriver(simulation))),
        None => SaneDriver::open().map(|driver| Box::new(driver) as Box<dyn Driver>),
    };
    let mut driver = match opened {
        Ok(driver) => driver,
        Err(error) => return say(&mut output, &Answer::Failed { error }),
    };
    for order in &orders {
        match order {
            Order::Devices => match driver.devices() {
                Ok(devices) => say(&mut output, &Answer::Devices { devices })?,
                Err(error) => say(&mut output, &Answer::Failed { error })?,
            },
            Order::Open { id } => match driver.open(&id) {
                Ok(mut scanner) => {
                    say(&mut output, &Answer::Opened { abilities: scanner.abilities().clone() })?;
                    return drive(scanner.as_mut(), &orders, &stop, &mut output);
                }
                Err(error) => say(&mut output, &Answer::Failed { error })?,
            },
            Order::Configure { .. } | Order::Next | Order::Stop => {
                let error = ScanError::Broken { detail: "no device is open".to_owned() };
                say(&mut output, &Answer::Failed { error })?;
            }
        }
    }
    Ok(())
}

/// Hears orders on a thread of its own, so that a wish to stop is heard while a page comes.
fn listen(mut input: impl Read + Send + 'static, stop: Arc<AtomicBool>) -> io::Result<Receiver<Order>> {
    let (sender, orders) = mpsc::channel();
    thread::Builder::new().name("scanner-orders".to_owned()).spawn(move || {
        while let Ok(Some((order, _))) = read_message::<Order>(&mut input) {
            if matches!(order, Order::Stop) {
                stop.store(true, Ordering::SeqCst);
            } else if sender.send(order).is_err() {
                break;
            }
        }
        // The station is gone: whatever runs is in vain.
        stop.store(true, Ordering::SeqCst);
    })?;
    Ok(orders)
}

fn say(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    write_message(output, answer, &[])
}

fn drive(
    scanner: &mut dyn Scanner,
    orders: &Receiver<Order>,
    stop: &AtomicBool,
    output: &mut impl Write,
) -> io::Result<()> {
    for order in orders {
        let done = match order {
            Order::Configure { settings } => scanner.configure(&settings).map(|granted| Answer::Granted { granted }),
            Order::Next => match page(scanner, stop, output)? {
                Ok(true) => Ok(Answer::Whole),
                Ok(false) => Ok(Answer::Empty),
                Err(error) => Err(error),
            },
            Order::Devices | Order::Open { .. } | Order::Stop => {
                Err(ScanError::Broken { detail: "a device is open already".to_owned() })
            }
        };
        say(output, &done.unwrap_or_else(|error| Answer::Failed { error }))?;
    }
    scanner.stop();
    Ok(())
}

/// Hands a page over; `false` if there is none.
fn page(scanner: &mut dyn Scanner, stop: &AtomicBool, output: &mut impl Write) -> io::Result<Result<bool, ScanError>> {
    let shape = match scanner.next_page() {
        Ok(Some(shape)) => shape,
        Ok(None) => return Ok(Ok(false)),
        Err(error) => return Ok(Err(error)),
    };
    say(output, &Answer::Page { shape })?;
    let mut block = vec![0; BLOCK];
    loop {
        if stop.swap(false, Ordering::SeqCst) {
            scanner.stop();
            return Ok(Err(ScanError::Cancelled));
        }
        match scanner.read(&mut block) {
            Ok(0) => return Ok(Ok(true)),
            Ok(length) => write_message(output, &Answer::Rows, &block[..length])?,
            Err(error) => return Ok(Err(error)),
        }
    }
}
