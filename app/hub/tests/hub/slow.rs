//! Who sends too slowly, or does not read: no connection is kept for ever.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use sohoa_wire::Hash;
use tokio::net::TcpSocket;

use crate::group::{Group, Process};
use crate::station::{Ask, signed_fields};

/// A hub with the least patience there is.
const SHORT: &str = "[patience]\nheader_s = 1\nhandshake_s = 1\nanswer_s = 1";
/// After which a test is wrong.
const END: Duration = Duration::from_secs(300);

fn address(hub: &Process) -> &str {
    hub.base.trim_start_matches("http://")
}

fn connect(hub: &Process) -> TcpStream {
    TcpStream::connect(address(hub)).expect("it listens")
}

/// Whether the other end closes, while a byte is sent each time that nothing came for a while.
fn is_closed_though_it_drips(mut stream: TcpStream, drip: Option<u8>) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a time");
    let began = Instant::now();
    while began.elapsed() < END {
        if let Some(byte) = drip
            && stream.write_all(&[byte]).is_err()
        {
            return true;
        }
        match stream.read(&mut [0; 512]) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {}
            Err(_) => return true,
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn header_fields_that_drip_and_silence_after_an_answer_are_cut_off() {
    let Some(group) = Group::with(SHORT).await else { return };
    let hub = group.hub();
    let mut dripping = connect(&hub);
    dripping.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx: ").unwrap();
    let mut silent = connect(&hub);
    silent.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let closed = [(dripping, Some(b'a')), (connect(&hub), None), (silent, None)]
        .map(|(stream, drip)| std::thread::spawn(move || is_closed_though_it_drips(stream, drip)));
    let closed = closed.map(|thread| thread.join().expect("no panic"));
    assert_eq!(closed, [true; 3], "header fields that drip, no request, no second request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_is_not_finished_is_cut_off() {
    let Some(group) = Group::with(SHORT).await else { return };
    group.certify();
    let hub = group.hub();
    let mut begun = connect(&hub);
    // The head of a record with a ClientHello of 512 bytes, of which one comes (RFC 8446, 5.1).
    begun.write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    assert!(is_closed_though_it_drips(begun, None), "a handshake that stops");
    let mut dripping = connect(&hub);
    dripping.write_all(&[22, 3, 1, 64, 0, 1, 0, 63, 252, 3, 3]).unwrap();
    assert!(is_closed_though_it_drips(dripping, Some(0)), "a handshake that drips");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_reads_is_broken_off() {
    let Some(group) = Group::with(SHORT).await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let file = vec![7_u8; 8 * 1024 * 1024];
    assert_eq!(station.put(&file).await.status, StatusCode::CREATED);
    let nonce = station.get("/v1/station").await.headers["sohoa-nonce"].to_str().unwrap().to_owned();
    let ask = Ask::new(Method::GET, format!("/v1/files/{}", Hash::of(&file)));
    let mut text = format!("GET {} HTTP/1.1\r\nhost: x\r\n", ask.path);
    for (name, value) in &signed_fields(&ask, &station.key, station.key_id, &nonce) {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    // With room of its own for little: else the system may take all of the answer, and nobody waits.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let stream = socket.connect(address(&hub).parse().unwrap()).await.expect("it listens");
    let mut stream = stream.into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
    let began = Instant::now();
    while !hub.log().contains("an answer was not read in time") {
        assert!(began.elapsed() < END, "it waits for ever: {}", hub.log());
        tokio::task::yield_now().await;
    }
    // What the systems hold between the two still comes, and then nothing more.
    stream.set_read_timeout(Some(END)).unwrap();
    let (mut read, mut piece) = (0, vec![0; 64 * 1024]);
    while let Ok(bytes) = stream.read(&mut piece) {
        if bytes == 0 {
            break;
        }
        if read == 0 {
            assert!(piece.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&piece[..bytes.min(300)]));
        }
        read += bytes;
    }
    assert!(read > 0 && read < file.len(), "{read} bytes");
    // Who reads has all of it.
    assert_eq!(station.get(&ask.path).await.body, file);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_can_not_take_all_connections() {
    let Some(group) = Group::with("connections_per_address = 2").await else { return };
    let behind_proxy = group.hub();
    let held: Vec<TcpStream> = (0..3).map(|_| connect(&behind_proxy)).collect();
    assert!(still_open(&held[2]), "a proxy brings everybody from one address");
    drop((held, behind_proxy));
    group.certify();
    let hub = group.hub();
    let mut held = vec![connect(&hub), connect(&hub)];
    assert!(is_closed_though_it_drips(connect(&hub), None), "a third of one address");
    assert!(hub.log().contains("a connection has no place"), "{}", hub.log());
    assert!(held.iter().all(still_open));
    held.pop();
    let began = Instant::now();
    while !still_open(&connect(&hub)) {
        assert!(began.elapsed() < END, "the place is not free again");
    }
}

/// Whether nothing comes, not even the end, for a moment.
fn still_open(mut stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a time");
    let read = stream.read(&mut [0; 1]);
    read.is_err_and(|error| [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()))
}
