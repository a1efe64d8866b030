// Holds the button that sends an FNP again until the server will accept it.
// Without this script the button is simply enabled and the server answers early clicks.
for (const button of document.querySelectorAll("[data-resend-seconds]")) {
  const note = button.parentElement.querySelector("[hidden]");
  const left = button.parentElement.querySelector("[data-resend-left]");
  const opensAt = Date.now() + Number(button.dataset.resendSeconds) * 1000;

  const tick = () => {
    const seconds = Math.ceil((opensAt - Date.now()) / 1000);
    button.disabled = seconds > 0;
    note.hidden = seconds <= 0;
    left.textContent = String(Math.max(seconds, 0));
    if (seconds > 0) setTimeout(tick, 1000);
  };
  tick();
}
