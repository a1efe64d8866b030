// Keeps the state of an SMS fresh on the page of its code. It asks without cookies: a look is no act of the person.
// Without this script the page has a link that loads it again.
const EVERY_MS = 3000;
const MOST_LOOKS = 100;

const look = async (address) => {
  const answer = await fetch(address, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
};

const follow = (places, address) => {
  let looks = 0;
  const isOver = () => looks >= MOST_LOOKS || places[0].querySelector("[data-final]");
  const again = async () => {
    if (isOver()) return;
    if (!document.hidden) {
      looks += 1;
      const fresh = await look(address).catch(() => undefined);
      if (fresh === null) return; // the ticket is over
      // Only what is new is put in place, so that screen readers speak up once.
      for (const place of fresh ? places : []) {
        if (place.textContent.trim() !== fresh.textContent.trim() || fresh.querySelector("[data-final]")) {
          place.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
        }
      }
    }
    setTimeout(again, EVERY_MS);
  };
  setTimeout(again, EVERY_MS);
};

const places = [...document.querySelectorAll("[data-delivery]")];
if (places.length) follow(places, places[0].dataset.delivery);
