/* What every page shares: the lights switch, messages that can be put away, tabs and dialogs.
 * Every form is sent with the token that holds then.
 *
 * Hooks: [data-lights] a button that switches light and dark; [data-dismiss] removes the closest .alert or
 * .toast; [data-opens="id"] and [data-closes] for <dialog>; .tabs[role=tablist] with [role=tab][aria-controls];
 * [data-confirm="sentence"] on a submit button asks first.
 */

import { freshen } from "./token.js";

/** The theme in force: the page's or the person's choice, else the system's. */
function theme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return document.documentElement.dataset.theme || system;
}

function showLights() {
  for (const button of document.querySelectorAll("[data-lights]")) {
    button.dataset.now = theme();
  }
}

function switchLights() {
  const next = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("storyengine:theme", next);
  } catch {
    // storage is forbidden here: the choice lasts for this page
  }
  showLights();
}

function selectTab(tab) {
  for (const other of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !chosen;
  }
}

/** Left, right, home and end move between tabs, as the ARIA pattern asks. */
function moveTab(event) {
  const tab = event.target.closest?.("[role=tab]");
  if (!tab) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const here = tabs.indexOf(tab);
  const targets = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: tabs.length - 1 };
  if (!(event.key in targets)) return;
  event.preventDefault();
  const next = tabs[(targets[event.key] + tabs.length) % tabs.length];
  selectTab(next);
  next.focus();
}

function onClick(event) {
  const target = event.target.closest?.("[data-lights],[data-dismiss],[data-opens],[data-closes],[role=tab],[data-confirm]");
  if (!target) return;
  if (target.matches("[data-confirm]") && !window.confirm(target.dataset.confirm)) event.preventDefault();
  if (target.matches("[data-lights]")) switchLights();
  if (target.matches("[data-dismiss]")) target.closest(".alert,.toast")?.remove();
  if (target.matches("[data-opens]")) document.getElementById(target.dataset.opens)?.showModal();
  if (target.matches("[data-closes]")) target.closest("dialog")?.close();
  if (target.matches("[role=tab][aria-controls]")) selectTab(target);
}

document.addEventListener("click", onClick);
document.addEventListener("formdata", freshen);
document.addEventListener("keydown", moveTab);
matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", showLights);
showLights();
