/* The sheet of admissions: [data-print] opens the printer's window. */
document.querySelector("[data-print]").addEventListener("click", () => window.print());
