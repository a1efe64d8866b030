// Copies what stands beside the button. Without this script, or where the browser lets no page copy, there is no button:
// a touch on the text marks the whole of it.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const label = button.querySelector("[data-copy-label]");
  const status = button.nextElementSibling;
  const asked = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = status.textContent = button.dataset.copied;
    setTimeout(() => {
      label.textContent = asked;
      status.textContent = "";
    }, 4000);
  });
}
