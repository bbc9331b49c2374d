/* The token that every form carries, as it holds now: whoever signed in again in another window has another by then. */

/** @returns {string | undefined} */
export function token() {
  return document.cookie.match(/(?:^|; )csrftoken=(\w+)/)?.[1];
}

/** However a form is sent (by its button, by a script, by htmx), this is asked for its fields. */
export function freshen(event) {
  const now = token();
  if (now && event.formData.has("csrfmiddlewaretoken")) event.formData.set("csrfmiddlewaretoken", now);
}
