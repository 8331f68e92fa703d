//! Runs a program that may never end: its time and what is kept of its output are bounded.
//!
//! On Unix the program gets a process group of its own, and the whole group is killed when the time is
//! over or the output too long: the driver of a compiler is not the process that preprocesses. One
//! thread serves all pipes, so that none is left behind, whoever else still holds them. Elsewhere only
//! the program itself is killed.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What is kept of the messages, in bytes; the rest is read and dropped.
const MAX_MESSAGES: usize = 1 << 20;

/// What a program may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) time: Duration,
    /// Of the standard output, in bytes.
    pub(super) output: usize,
}

/// A program that ended by itself.
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    pub(super) output: Vec<u8>,
    pub(super) messages: Vec<u8>,
}

/// Why there is no output.
pub(super) enum Failure {
    NotStarted(io::Error),
    TimedOut,
    TooLong,
    Broken(io::Error),
}

/// Runs a command with a text as its standard input.
pub(super) fn run(
    command: &mut Command,
    input: &[u8],
    limits: Limits,
) -> Result<Finished, Failure> {
    // A limit beyond all clocks is none.
    let deadline = Instant::now().checked_add(limits.time);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn().map_err(Failure::NotStarted)?;
    let finished =
        pipes::pump(&mut child, input, limits.output, deadline).and_then(|(output, messages)| {
            Ok(Finished { status: wait(&mut child, deadline)?, output, messages })
        });
    if finished.is_err() {
        // Nobody has waited for the child: its number still means it and its group.
        kill(&mut child);
        let _ = child.wait();
    }
    finished
}

/// The time that is left; an error if none is.
fn left(deadline: Option<Instant>) -> Result<Option<Duration>, Failure> {
    let Some(deadline) = deadline else { return Ok(None) };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(Failure::TimedOut) } else { Ok(Some(left)) }
}

/// Waits for a child that has closed its output, and so is about to end.
fn wait(child: &mut Child, deadline: Option<Instant>) -> Result<ExitStatus, Failure> {
    let mut pause = Duration::from_micros(50);
    loop {
        if let Some(status) = child.try_wait().map_err(Failure::Broken)? {
            return Ok(status);
        }
        let left = left(deadline)?.unwrap_or(pause);
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    // In case that it has left its group.
    let _ = child.kill();
}

#[cfg(not(unix))]
fn kill(child: &mut Child) {
    let _ = child.kill();
}

#[cfg(unix)]
mod pipes {
    use super::{Failure, MAX_MESSAGES, left};
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::AsFd;
    use std::process::Child;
    use std::time::Instant;

    /// Writes the input and reads what comes, until both outputs are closed.
    pub(super) fn pump(
        child: &mut Child,
        mut input: &[u8],
        limit: usize,
        deadline: Option<Instant>,
    ) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let mut stdin = child.stdin.take();
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        for pipe in [
            stdin.as_ref().map(AsFd::as_fd),
            stdout.as_ref().map(AsFd::as_fd),
            stderr.as_ref().map(AsFd::as_fd),
        ] {
            pipe.map_or(Ok(()), |pipe| rustix::io::ioctl_fionbio(pipe, true).map_err(broken))?;
        }
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut buffer = vec![0; 1 << 16];
        while stdout.is_some() || stderr.is_some() {
            let time = left(deadline)?.and_then(|time| Timespec::try_from(time).ok());
            let mut waiting = Vec::with_capacity(3);
            waiting.extend(stdin.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
            waiting.extend(stdout.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
            waiting.extend(stderr.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
            match poll(&mut waiting, time.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(broken(error)),
            }
            // Pipes that are not ready say so themselves.
            if let Some(pipe) = &mut stdin {
                match pipe.write(input) {
                    Ok(written) => input = &input[written..],
                    Err(error) if is_later(&error) => {}
                    // A program that stops reading says why itself.
                    Err(_) => input = &[],
                }
                if input.is_empty() {
                    stdin = None;
                }
            }
            if let Some(found) = read(&mut stdout, &mut buffer)? {
                output.extend_from_slice(found);
                if output.len() > limit {
                    return Err(Failure::TooLong);
                }
            }
            if let Some(found) = read(&mut stderr, &mut buffer)? {
                let room = MAX_MESSAGES - messages.len();
                messages.extend_from_slice(&found[..found.len().min(room)]);
            }
        }
        Ok((output, messages))
    }

    /// What a pipe has now; it is closed at its end.
    fn read<'b>(
        pipe: &mut Option<impl Read>,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, Failure> {
        let Some(open) = pipe else { return Ok(None) };
        match open.read(buffer) {
            Ok(0) => *pipe = None,
            Ok(length) => return Ok(Some(&buffer[..length])),
            Err(error) if is_later(&error) => {}
            Err(error) => return Err(Failure::Broken(error)),
        }
        Ok(None)
    }

    fn is_later(error: &io::Error) -> bool {
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
    }

    fn broken(error: rustix::io::Errno) -> Failure {
        Failure::Broken(error.into())
    }
}

#[cfg(not(unix))]
mod pipes {
    use super::{Failure, MAX_MESSAGES, left};
    use std::io::{self, Read, Write};
    use std::process::Child;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::thread;
    use std::time::{Duration, Instant};

    /// Writes the input and reads what comes, until both outputs are closed. The threads end when the
    /// pipes are closed by all who hold them.
    pub(super) fn pump(
        child: &mut Child,
        input: &[u8],
        limit: usize,
        deadline: Option<Instant>,
    ) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        if let Some(mut stdin) = child.stdin.take() {
            let input = input.to_vec();
            // A program that stops reading says why itself.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let output = reader(child.stdout.take(), limit + 1);
        let messages = reader(child.stderr.take(), MAX_MESSAGES);
        let output = received(&output, deadline)?;
        if output.len() > limit {
            return Err(Failure::TooLong);
        }
        Ok((output, received(&messages, deadline)?))
    }

    fn reader(
        pipe: Option<impl Read + Send + 'static>,
        limit: usize,
    ) -> Receiver<io::Result<Vec<u8>>> {
        let (send, receive) = channel();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = pipe.map_or(Ok(0), |p| p.take(limit as u64).read_to_end(&mut bytes));
            // Nobody waits any more if the time is over.
            let _ = send.send(read.map(|_| bytes));
        });
        receive
    }

    fn received(
        from: &Receiver<io::Result<Vec<u8>>>,
        deadline: Option<Instant>,
    ) -> Result<Vec<u8>, Failure> {
        let time = left(deadline)?.unwrap_or(Duration::MAX);
        match from.recv_timeout(time) {
            Ok(bytes) => bytes.map_err(Failure::Broken),
            Err(RecvTimeoutError::Timeout) => Err(Failure::TimedOut),
            Err(RecvTimeoutError::Disconnected) => {
                Err(Failure::Broken(io::ErrorKind::BrokenPipe.into()))
            }
        }
    }
}
