/** The scenes that this guest has seen, kept for the session, so that a reload loses none of the story. */
export class Memory {
  constructor(code) {
    this.key = `storyengine:${code}:scenes`;
  }

  keep(model) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify([...model.earlier, { scene: model.scene, chosen: null }]));
    } catch {
      // storage is full or forbidden: earlier scenes last as long as the page
    }
  }

  /** What was kept from before `scene`; nothing when no scene is on. */
  before(scene) {
    if (!scene) return [];
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key)) ?? [];
      return kept.filter((one) => one.scene.position < scene.position);
    } catch {
      return [];
    }
  }
}
