// Keeps the list of issues as it is. The stream comes from the server that this page came from: nothing else is known here.
const list = document.querySelector("#issues");
const status = document.querySelector("#live");
const RETRY_MS = 3000;
let cursor = list.dataset.cursor;
let isLoading = false;
let isStale = false;

async function load() {
  isStale = true;
  if (isLoading) return;
  isLoading = true;
  try {
    while (isStale) {
      isStale = false;
      const response = await fetch("/list", { cache: "no-store" });
      if (response.status === 401) location.assign("/?over");
      if (response.ok) list.innerHTML = await response.text();
    }
  } catch {
    // The stream says when the server is back.
  }
  isLoading = false;
}

function connect() {
  const source = new EventSource(`/events?after=${cursor}`);
  source.addEventListener("open", () => {
    status.textContent = "live";
  });
  source.addEventListener("change", ({ lastEventId }) => {
    cursor = lastEventId;
    void load();
  });
  source.addEventListener("error", () => {
    status.textContent = "not live: reconnecting";
    if (source.readyState !== EventSource.CLOSED) return;
    void load();
    setTimeout(connect, RETRY_MS);
  });
}

connect();
