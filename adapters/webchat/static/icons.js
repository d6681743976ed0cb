/** Line icons, drawn on a 24 by 24 grid. */

const SVG = "http://www.w3.org/2000/svg";

const DISC = "M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 0 1 0-17Z";

const PATHS = {
  alert: "M12 4 21 19.5H3Z M12 10v4.2 M12 16.8v.1",
  attach: "M8.2 12.8 14 7a2.9 2.9 0 0 1 4.1 4.1l-7.4 7.4a4.7 4.7 0 0 1-6.6-6.6l7.2-7.2",
  bell: "M6.5 17V11a5.5 5.5 0 0 1 11 0v6l1.5 1H5Z M10.5 20.5h3",
  bot: "M5.5 9.5h13v9h-13Z M12 9.5V6 M12 4.6v.1 M9.5 13.2v1.4 M14.5 13.2v1.4 M3 13v2.5 M21 13v2.5",
  box: "M5 5h14v14H5Z",
  camera: "M4.5 8h3l1.5-2.5h6L16.5 8h3v11h-15Z M12 10.2a3 3 0 1 1 0 6a3 3 0 0 1 0-6Z",
  check: "M5 12.5 10 17.5 19 7",
  clock: `${DISC} M12 7.5V12l3.2 2`,
  close: "M6.5 6.5 17.5 17.5 M17.5 6.5 6.5 17.5",
  done: `${DISC} M8 12.3l2.8 2.8 5.2-6`,
  down: "M6 9.5l6 6 6-6",
  current: `${DISC} M12 10.2a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 0 1 0-3.6Z`,
  dash: `${DISC} M8.5 12h7`,
  file: "M6.5 3.5h7.2l3.8 3.8v13.2h-11Z M13.5 3.5v4h4",
  flag: "M6 21V4 M6 4.5h11l-2.2 3.7L17 12H6",
  link: "M13.5 4.5h6v6 M19.5 4.5 11 13 M17.5 14v5.5h-13v-13H10",
  list: "M4.5 6.5l1.2 1.2 2-2.2 M4.5 12.5l1.2 1.2 2-2.2 M4.5 18.5l1.2 1.2 2-2.2 M11 7h8.5 M11 13h8.5 M11 19h8.5",
  lock: "M6.5 11h11v9h-11Z M8.8 11V8a3.2 3.2 0 0 1 6.4 0v3",
  note: "M5 5h14v10.5L14.5 20H5Z M8.5 9.5h7 M8.5 13h4.5",
  person: "M12 4a3.8 3.8 0 1 1 0 7.6A3.8 3.8 0 0 1 12 4Z M4.8 20c.7-3.9 3.5-5.6 7.2-5.6s6.5 1.7 7.2 5.6",
  question: `${DISC} M9.6 9.7a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.8 M12 16.4v.1`,
  refused: `${DISC} M9 9l6 6 M15 9l-6 6`,
  retry: "M19 12a7 7 0 1 1-2.2-5.1 M17.5 3v4.2h-4.2",
  right: "M4.5 12h14 M13 6.5 18.5 12 13 17.5",
  ring: DISC,
  send: "M4 11.5 20 4 14.5 20 11.2 13Z M11.2 13 20 4",
  ticked: "M5 5h14v14H5Z M8.3 12.2l2.7 2.6 4.8-5.4",
  undo: "M8.5 6 4.5 10l4 4 M5 10h9a4.8 4.8 0 0 1 0 9.6h-3.5",
};

/** A new svg element; it is hidden from screen readers, so give the parent a name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.box);
  svg.append(path);
  return svg;
}
