// Ticks the rules that can be told from what is typed; the others are asked by the server when the form is sent.
// Without this script the list simply stands there, and shows after a refusal which rules were broken.
const kept = {
  length: (text, { least, most }) => [...text].length >= Number(least) && [...text].length <= Number(most),
  letter: (text) => /\p{L}/u.test(text),
  digit: (text) => /\p{Nd}/u.test(text),
};

for (const list of document.querySelectorAll("[data-rules-for]")) {
  const field = document.getElementById(list.dataset.rulesFor);
  const tick = () => {
    const text = field.value.normalize("NFC");
    for (const rule of list.querySelectorAll("[data-rule]")) {
      rule.querySelector(".hidden")?.remove();
      rule.dataset.state = text && kept[rule.dataset.rule](text, rule.dataset) ? "met" : "open";
    }
  };
  field.addEventListener("input", tick);
  if (field.value) tick();
}
