/** Makes elements. Text always goes in as text: there is no way to pass markup. */

/**
 * Creates an element.
 * @param {string} tag
 * @param {object} props `class`, `text`, `on<event>` listeners, anything else becomes an attribute;
 *   false, null and undefined are left out.
 * @param {...(Node|string|null|undefined|false)} children empty ones are left out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child || child === 0));
  return node;
}

/** The element with this id, which index.html must have. */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`index.html has no #${id}`);
  return node;
}
