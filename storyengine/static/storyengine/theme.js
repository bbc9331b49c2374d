/* Loaded before the first paint, not as a module: puts back the lights that this person chose last time. */
(function () {
  try {
    var kept = localStorage.getItem("storyengine:theme");
    if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  } catch {
    /* storage is forbidden here: the page keeps its own theme */
  }
})();
