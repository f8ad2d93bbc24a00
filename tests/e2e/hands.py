"""Two ways to use a page: a pointer, and a keyboard alone. A walk is written once and done by both."""

from playwright.sync_api import Locator, Page

EDITOR = ".ck-editor__editable"


def field(page: Page, label: str) -> Locator:
    """The control with this label, and not the form or card that is named by a heading with the same words."""
    return page.locator("input, select, textarea").and_(page.get_by_label(label)).first


def type_option(page: Page, target: Locator, option: str) -> None:
    """Choose in the list that has the focus by the letters with which an option begins.

    A letter that comes more than a second after the one before begins a new word, so on a machine that stalls the whole
    is typed again, as a person would.
    """
    for _try in range(5):
        page.keyboard.type(option)
        chosen = target.locator("option:checked").first.text_content() or ""
        if chosen.strip().lower().startswith(option.lower()):
            return
        page.wait_for_timeout(1_500)
    raise AssertionError(f"Typing {option} chooses {chosen.strip()}")


class Pointer:
    """Clicks, and types into what was clicked."""

    name = "pointer"

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, role: str, name: str) -> None:
        """Use a button or follow a link that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name).first.click()

    def unfold(self, words: str) -> None:
        """Open a fold by its summary."""
        self.page.locator("summary", has_text=words).first.click()

    def write(self, label: str, text: str) -> None:
        """Fill a field."""
        field(self.page, label).fill(text)

    def write_in_editor(self, text: str) -> None:
        """Put text at the end of the rich text."""
        self.page.locator(EDITOR).first.click()
        self.page.locator(f"{EDITOR}.ck-focused").wait_for()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def tick(self, label: str) -> None:
        """Tick a box."""
        field(self.page, label).check()

    def choose(self, label: str, option: str) -> None:
        """Choose an option by its words."""
        field(self.page, label).select_option(label=option)


class Counting(Pointer):
    """A pointer that counts its clicks. Typing is none; to choose from a list takes two, unless it stands there."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.clicks = 0

    def press(self, role: str, name: str) -> None:
        self.clicks += 1
        super().press(role, name)

    def unfold(self, words: str) -> None:
        self.clicks += 1
        super().unfold(words)

    def tick(self, label: str) -> None:
        if not field(self.page, label).is_checked():
            self.clicks += 1
            super().tick(label)

    def choose(self, label: str, option: str) -> None:
        chosen = field(self.page, label).locator("option:checked")
        if option not in chosen.all_inner_texts():
            self.clicks += 2
            super().choose(label, option)


class Keyboard:
    """Never touches the pointer: Tab until the thing has focus, then keys."""

    name = "keyboard"

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, role: str, name: str) -> None:
        self._go_to(self.page.get_by_role(role, name=name).first)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def unfold(self, words: str) -> None:
        self._go_to(self.page.locator("summary", has_text=words).first)
        self.page.keyboard.press("Enter")

    def write(self, label: str, text: str) -> None:
        self._go_to(field(self.page, label))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def write_in_editor(self, text: str) -> None:
        self._go_to(self.page.locator(EDITOR).first)
        self.page.locator(f"{EDITOR}.ck-focused").wait_for()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def tick(self, label: str) -> None:
        box = field(self.page, label)
        self._go_to(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def choose(self, label: str, option: str) -> None:
        target = field(self.page, label)
        self._go_to(target)
        type_option(self.page, target, option)

    def _go_to(self, target: Locator) -> None:
        """Press Tab until `target` has the focus, and see that the focus can be seen there."""
        target.wait_for()
        for _step in range(400):
            if target.evaluate("one => one === document.activeElement || one.contains(document.activeElement)"):
                self._assert_not_hidden(target)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The keyboard does not reach {target}")

    def _assert_not_hidden(self, target: Locator) -> None:
        """The dock at the foot of the page must not cover what has the focus (WCAG 2.4.11)."""
        hidden = target.evaluate(
            """one => {
                const dock = document.querySelector('.dock');
                if (!dock || dock.contains(one)) return false;
                const box = one.getBoundingClientRect(), cover = dock.getBoundingClientRect();
                return box.height < 200 && box.top >= cover.top && box.bottom <= cover.bottom;
            }"""
        )
        assert not hidden, f"The focus is hidden by the dock: {target}"
