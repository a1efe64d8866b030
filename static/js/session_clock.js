// The end of a session, announced a minute before. The server ends it whatever this script does; here a person is told in
// time, may stay with one press, and finds what she typed again. Other windows of the same browser are heard: a move in
// one is a move in all of the same session. Nothing is asked of the server until she presses the button, for a question would be a move.
const banner = document.querySelector("[data-session-clock]");
const part = (name) => banner.querySelector(`[data-${name}]`);
const idle = Number(banner.dataset.idle) * 1000;
const warn = Number(banner.dataset.warn) * 1000;
const lastEnd = Date.now() + Number(banner.dataset.total) * 1000;
const windows = new BroadcastChannel(`session ${banner.dataset.sessionClock}`);
// The form whose fields the server keeps for her when it comes too late.
const keptForm = document.querySelector("form[data-kept]");

let end = 0;
let shown = "";

const say = (state) => {
  if (state === shown) return;
  shown = state;
  for (const line of banner.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== state;
  banner.hidden = state === "";
  part("left").hidden = state === "" || state === "over";
  part("stay").hidden = state !== "warning" && state !== "unreached";
  part("again").hidden = state !== "over";
};

const moved = () => {
  end = Math.min(Date.now() + idle, lastEnd);
  say("");
};

const tick = () => {
  const left = end - Date.now();
  if (shown === "over") return;
  if (left <= 0) {
    close();
  } else if (left <= warn) {
    if (shown !== "unreached") say(end === lastEnd ? "last" : "warning");
    const seconds = Math.ceil(left / 1000);
    part("left").querySelector("b").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
};

// Nobody is in: what belongs to the customer goes out of sight of whoever passes by, what she typed stays in the page.
const close = () => {
  say("over");
  document.querySelector("main").hidden = true;
  part("again").querySelector("button").focus();
};

const open = () => {
  document.querySelector("main").hidden = false;
  moved();
};

part("stay").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.ok) {
      moved();
      windows.postMessage("moved");
    } else if (answer.type === "opaqueredirect" || answer.status === 403) {
      close();
    } else {
      say("unreached");
    }
  } catch {
    say("unreached");
  }
});

// Too late, the form goes to the server, which keeps it and leads to the door; any other page is simply asked for again.
part("again").querySelector("button").addEventListener("click", () => {
  if (keptForm) HTMLFormElement.prototype.submit.call(keptForm);
  else location.reload();
});

windows.addEventListener("message", () => {
  if (shown === "over") open();
  else moved();
});
// A page that the back button brings from memory shows how long it has been away; a new one is a move.
addEventListener("pageshow", (event) => {
  if (event.persisted) tick();
});
moved();
windows.postMessage("moved");
setInterval(tick, 1000);
