/** Sends button presses; a press that the network lost is sent again under its id, so it counts once. */

const PAUSES = [800, 1_600, 3_200, 6_400]; // milliseconds between tries

const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Resolves when the server has taken the press. Rejects with the Problem that stays.
 * @param {import("./api.js").Api} api
 * @param {string} token of the button
 * @param {string} message id of the message that carries it
 * @param {() => void} onRetry called before each further try
 */
export async function press(api, token, message, onRetry) {
  const id = crypto.randomUUID();
  for (const pause of [...PAUSES, 0]) {
    try {
      await api.press(id, token, message);
      return;
    } catch (problem) {
      if (!problem.passing || !pause) throw problem;
      onRetry();
      await rest(Math.max(pause, problem.retryAfter));
    }
  }
}
