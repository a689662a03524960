//! The network of a company: proxies in both forms, an authority of its own, names that only the proxy knows.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use pec_imap::{Credential, Endpoint, Error, Network, Proxy, ProxyLogin, Result, Roots, Synced};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{BOX, House, letter};

/// What a proxy was asked for.
type Asked = Arc<Mutex<Vec<String>>>;

/// A proxy that takes whatever it is asked to the port that was asked for, on this machine.
async fn proxy(
    work: impl AsyncFn(&mut TcpStream, &Asked) -> Option<u16> + Clone + Send + Sync + 'static,
) -> (u16, Asked)
where
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Asked::default();
    let noted = Arc::clone(&asked);
    tokio::task::spawn_local(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (noted, work) = (Arc::clone(&noted), work.clone());
            tokio::task::spawn_local(async move {
                if let Some(port) = work(&mut client, &noted).await {
                    let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    (port, asked)
}

async fn read<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// SOCKS 5, which asks for a name and a password where it is told to.
async fn socks(client: &mut TcpStream, asked: &Asked, login: Option<(&str, &str)>) -> Option<u16> {
    let [_, count] = read(client).await;
    let mut methods = vec![0; count.into()];
    client.read_exact(&mut methods).await.unwrap();
    let method = if login.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        client.write_all(&[5, 0xff]).await.unwrap();
        return None;
    }
    client.write_all(&[5, method]).await.unwrap();
    if let Some((user, password)) = login {
        let mut said = Vec::new();
        let [_version] = read(client).await;
        for _ in 0..2 {
            let [length] = read(client).await;
            let mut text = vec![0; length.into()];
            client.read_exact(&mut text).await.unwrap();
            said.push(String::from_utf8(text).unwrap());
        }
        let right = said == [user, password];
        client.write_all(&[1, u8::from(!right)]).await.unwrap();
        if !right {
            return None;
        }
    }
    let [_, command, _, kind, length] = read(client).await;
    assert_eq!((command, kind), (1, 3), "a connection, to a name");
    let mut name = vec![0; length.into()];
    client.read_exact(&mut name).await.unwrap();
    let port = u16::from_be_bytes(read(client).await);
    asked.lock().unwrap().push(format!("{}:{port}", String::from_utf8(name).unwrap()));
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    Some(port)
}

/// HTTP CONNECT.
async fn http(client: &mut TcpStream, asked: &Asked, wanted: &str) -> Option<u16> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    if !head.contains(wanted) {
        client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        return None;
    }
    let port = target.rsplit_once(':').unwrap().1.parse().unwrap();
    asked.lock().unwrap().push(target);
    client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n").await.unwrap();
    Some(port)
}

async fn through(house: &House, proxy: Proxy) -> Result<Synced> {
    let roots = Roots::none().and_pem(&std::fs::read(house.dovecot.authority()).unwrap()).unwrap();
    let network = Network::new(proxy, &roots).unwrap();
    let imap = Endpoint::tls("localhost", house.dovecot.imaps().port());
    let account = house.account_with(imap, Credential::new(BOX, "pec"));
    house.receiver.sync(&network, &account, &mut |_| ControlFlow::Continue(())).await
}

#[tokio::test]
async fn mail_comes_through_either_kind_of_proxy_which_looks_up_the_name() {
    let Some(house) = House::new() else { return };
    house.deliver("INBOX", "1.m", &letter(1, 500));
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            let expected = [format!("localhost:{}", house.dovecot.imaps().port())];
            let host = "127.0.0.1".to_owned();
            let login = |password: &str| Some(ProxyLogin::new("ditta", password));

            let (port, asked) =
                proxy(async |client: &mut TcpStream, asked: &Asked| socks(client, asked, None).await).await;
            let direct = Proxy::Socks5 { host: host.clone(), port, login: None };
            assert_eq!(through(&house, direct).await.unwrap().new_messages(), 1);
            assert_eq!(*asked.lock().unwrap(), expected);

            let (port, asked) = proxy(async |client: &mut TcpStream, asked: &Asked| {
                socks(client, asked, Some(("ditta", "perché no?"))).await
            })
            .await;
            let with = |login| Proxy::Socks5 { host: host.clone(), port, login };
            assert!(through(&house, with(login("perché no?"))).await.is_ok());
            assert_eq!(*asked.lock().unwrap(), expected);
            for wrong in [login("altra"), None] {
                let error = through(&house, with(wrong)).await.unwrap_err();
                assert!(matches!(error, Error::Unreachable { .. }), "{error}");
                assert!(!format!("{error:?}{:?}", with(login("altra"))).contains("altra"));
            }

            let (port, asked) = proxy(async |client: &mut TcpStream, asked: &Asked| {
                http(client, asked, "Proxy-Authorization: Basic ZGl0dGE6c2VncmV0YQ==\r\n").await
            })
            .await;
            let with = |login| Proxy::Http { host: host.clone(), port, login };
            assert!(through(&house, with(login("segreta"))).await.is_ok());
            assert_eq!(*asked.lock().unwrap(), expected);
            let error = through(&house, with(None)).await.unwrap_err();
            assert!(error.to_string().contains("407"), "{error}");
        })
        .await;
}

#[test]
fn an_authority_that_is_none_is_refused() {
    for pem in [&b""[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\x00\x01"] {
        let network = Roots::none().and_pem(pem).and_then(|roots| Network::new(Proxy::Direct, &roots));
        assert!(matches!(network, Err(Error::BadValue { .. })));
    }
}
