//! The journal's readers: a few connections of their own, used off the async threads.

use desk_journal::{OpenError, Read, ReadError};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

type Open = Arc<dyn Fn() -> Result<Box<dyn Read + Send>, OpenError> + Send + Sync>;

/// Opens readers and keeps them for the next. Clones share them.
#[derive(Clone)]
pub struct Readers {
    open: Open,
    idle: Arc<Mutex<Vec<Box<dyn Read + Send>>>>,
    permits: Arc<Semaphore>,
}

/// Why something was not read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// No reader could be opened.
    #[error(transparent)]
    Open(Box<OpenError>),
    /// The journal cannot be read.
    #[error(transparent)]
    Read(Box<ReadError>),
    /// The daemon ends.
    #[error("deskd is stopping")]
    Stopping,
}

impl From<OpenError> for Unread {
    fn from(error: OpenError) -> Self {
        Self::Open(Box::new(error))
    }
}

impl From<ReadError> for Unread {
    fn from(error: ReadError) -> Self {
        Self::Read(Box::new(error))
    }
}

impl Readers {
    /// At most so many readers at once, opened as they are needed.
    pub fn new<R: Read + Send + 'static>(
        most: u32,
        open: impl Fn() -> Result<R, OpenError> + Send + Sync + 'static,
    ) -> Self {
        let open = move || open().map(|reader| Box::new(reader) as Box<dyn Read + Send>);
        Self {
            open: Arc::new(open),
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(most.max(1) as usize)),
        }
    }

    /// Reads on a thread that may wait; waits for a reader where all are in use.
    ///
    /// # Errors
    /// Why nothing was read.
    pub async fn read<T: Send + 'static, E: From<Unread> + Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Read) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_| Unread::Stopping)?;
        let this = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let result = this.read_now(read);
            drop(permit);
            result
        });
        task.await.map_err(|_| Unread::Stopping)?
    }

    /// Reads on this thread.
    ///
    /// # Errors
    /// Why nothing was read.
    pub fn read_now<T, E: From<Unread>>(
        &self,
        read: impl FnOnce(&dyn Read) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => (self.open)().map_err(Unread::from)?,
        };
        let result = read(&*reader);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        result
    }
}
