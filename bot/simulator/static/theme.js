// Runs before the first paint, so that the page never flashes in the wrong colours.
// Nothing stored means: as the system says.
(() => {
  const KEY = "keepword-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const systemTheme = () => (system.matches ? "dark" : "light");

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // Storage is forbidden: the switch then holds for this visit only.
    }
  }

  function keep(theme) {
    try {
      if (theme === systemTheme()) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // As above.
    }
  }

  function apply(theme) {
    document.documentElement.dataset.theme = theme;
    window.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  }

  apply(stored() ?? systemTheme());
  system.addEventListener("change", () => stored() ?? apply(systemTheme()));

  window.keepwordTheme = {
    current: () => document.documentElement.dataset.theme,
    toggle() {
      const theme = this.current() === "dark" ? "light" : "dark";
      keep(theme);
      apply(theme);
    },
  };
})();
