// The worker of `timer.js`: says which pause is over.

self.onmessage = ({ data: { id, ms } }) => {
  setTimeout(() => self.postMessage(id), ms);
};
