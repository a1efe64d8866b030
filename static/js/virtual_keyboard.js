// The virtual keyboard beside a password field (R29, R30): writes into that same field, and tells nobody which key it was.
// It sends nothing, marks no key and raises no keyboard event; typing and pasting go on as ever. Without this script the
// keyboard stays hidden. It helps against programs that record key strokes, and against nothing else.

const below = (limit) => {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return number % limit;
};

const shuffled = (items) => {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
};

// Puts text in the place of what is selected, as typing would; more than the field holds is not taken.
const write = (field, text) => {
  const selected = field.selectionEnd - field.selectionStart;
  if (field.maxLength >= 0 && field.value.length - selected + text.length > field.maxLength) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const serve = (keyboard, field) => {
  const rows = [...keyboard.querySelectorAll("[data-keys]")];
  const order = rows.map((row) => [...row.children]);
  const acts = {
    shift(button) {
      const large = toggle(button);
      for (const key of keyboard.querySelectorAll("[data-keys=letters] [data-key]")) {
        key.textContent = large ? key.dataset.key.toUpperCase() : key.dataset.key;
      }
    },
    // Digits stay among digits, letters among letters: a key is looked for in its own rows.
    shuffle(button) {
      const mix = toggle(button);
      for (const kind of new Set(rows.map((row) => row.dataset.keys))) {
        const mine = rows.filter((row) => row.dataset.keys === kind);
        const keys = mine.flatMap((row) => order[rows.indexOf(row)]);
        const laid = mix ? shuffled(keys) : keys;
        for (const row of mine) row.replaceChildren(...laid.splice(0, order[rows.indexOf(row)].length));
      }
    },
    delete() {
      const { selectionStart: start, selectionEnd: end } = field;
      if (start === end) field.setSelectionRange(Math.max(start - 1, 0), end);
      write(field, "");
    },
    clear() {
      field.setSelectionRange(0, field.value.length);
      write(field, "");
    },
  };

  // The caret stays where it is: a press of the mouse takes no focus away from the field.
  keyboard.addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) event.preventDefault();
  });
  keyboard.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.act) acts[button.dataset.act](button);
    else write(field, button.dataset.key === " " ? " " : button.textContent);
  });
  keyboard.hidden = false;
};

const toggle = (button) => {
  const pressed = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(pressed));
  return pressed;
};

for (const keyboard of document.querySelectorAll("[data-keys-for]")) {
  const field = document.getElementById(keyboard.dataset.keysFor);
  if (field) serve(keyboard, field);
}
