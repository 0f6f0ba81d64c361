// @ts-check
// Without it the browser's own menu prints as well.
const print = /** @type {HTMLButtonElement} */ (document.getElementById('print'));
print.hidden = false;
print.addEventListener('click', () => window.print());
