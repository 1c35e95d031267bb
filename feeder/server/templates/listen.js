"use strict";
// New deliveries are put on top; what a person has opened or is reading stays as it is.
const list = document.getElementById("list");
const follow = document.getElementById("follow");
document.getElementById("following").hidden = false;

async function look() {
  if (!follow.checked || document.hidden) return;
  const { latest } = await (await fetch("-/latest")).json();
  if (latest !== Number(list.dataset.latest)) await show();
}

async function show() {
  const page = await (await fetch("")).text();
  // Without the head: its style has a nonce that is not this page's.
  const fresh = new DOMParser().parseFromString(page.slice(page.indexOf("<body>")), "text/html");
  if (Number(fresh.getElementById("list").dataset.latest) < Number(list.dataset.latest)) location.reload(); // restarted
  const items = [...fresh.getElementById("list").children];
  const added = items.filter((item) => !document.getElementById(item.id));
  const kept = new Set(items.map((item) => item.id));
  list.prepend(...added);
  [...list.children].filter((item) => !kept.has(item.id)).forEach((item) => item.remove());
  list.dataset.latest = fresh.getElementById("list").dataset.latest;
  document.getElementById("state").textContent = fresh.getElementById("state").textContent;
  document.getElementById("none").hidden = items.length > 0;
  document.getElementById("news").textContent = added.length === 1 ? "1 new delivery" : added.length + " new deliveries";
}

async function forever() {
  try {
    await look();
  } catch {
    document.getElementById("news").textContent = "The receiver does not answer";
  }
  setTimeout(forever, 2000);
}
forever();
