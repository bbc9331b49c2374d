/* The map's menus lie over it: a look elsewhere, or Escape, shuts them. */

export function watchMenus(root) {
  const open = () => [...root.querySelectorAll(".map-menu[open]")];
  root.addEventListener("pointerdown", ({ target }) => {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  });
  root.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
