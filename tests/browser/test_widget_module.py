"""The bundle as an anywidget module: what it does to a document that is somebody else's."""

from __future__ import annotations

import pytest
from page_driver import Lab

MODEL = """
class Model {
  constructor(values) { this.values = values; this.heard = {}; this.sent = 0; }
  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; this.tell(name); }
  tell(name) { for (const each of this.heard['change:' + name] ?? []) each(); }
  on(event, listener) { (this.heard[event] ??= new Set()).add(listener); }
  off(event, listener) { this.heard[event]?.delete(listener); }
  save_changes() { this.sent++; }
  get listeners() { return Object.values(this.heard).reduce((n, each) => n + each.size, 0); }
}
window.make = (el, chapter, lang, more = {}) => {
  const wire = { state: null, by: 'python', number: 0 };
  const model = new Model({ chapter, lang, wire, ...more });
  const destroy = window.kedou.default.render({ model, el });
  return { model, destroy, el };
};
"""


@pytest.fixture
def bare(browser, address):
    """A document of the same origin with nothing of ours in it but the module and its styles."""
    lab = Lab(browser, address, bypass_csp=True, reduced_motion="reduce")
    lab.page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    lab.page.goto(lab.address + "THIRD-PARTY-NOTICES.txt")
    lab.page.evaluate(
        """async () => {
          document.body.replaceChildren();
          document.head.innerHTML =
            '<link rel="stylesheet" href="bundle.css"><link rel="icon" href="data:,">';
          await new Promise(done => document.head.firstChild.onload = done);
          window.kedou = await import(new URL('bundle.js', location.href).href);
        }"""
    )
    lab.page.evaluate(MODEL + "null")
    yield lab
    lab.close()
    assert not lab.faults, lab.faults


def test_two_languages_in_one_module(bare) -> None:
    said = bare.page.evaluate(
        """async () => {
          const frame = () => new Promise(done => requestAnimationFrame(() =>
            requestAnimationFrame(done)));
          const made = ['en', 'zh-CN'].map(lang => {
            const el = document.body.appendChild(document.createElement('div'));
            return make(el, 'backward', lang);
          });
          const count = () => made.map(({ el }) => el.querySelector('.step-count').textContent);
          const step = i => made[i].el.querySelector('[data-kedou=step-forward]').click();
          await frame();
          const said = [count()];
          step(0); step(1); step(0);
          await frame();
          said.push(count());
          // Python changes one of them while the other was touched last.
          const { model } = made[0];
          const state = { ...model.get('wire').state, rate: 0.02 };
          model.set('wire', { state, by: 'python', number: 9 });
          await frame();
          said.push(made.map(({ el }) => el.querySelector('[data-kedou=guess-start]').textContent));
          window.dispatchEvent(new Event('resize'));
          await frame();
          said.push(made.map(({ el }) => el.querySelector('.axes').textContent));
          return said;
        }"""
    )
    assert said[0] == ["step 0", "第 0 步"]
    assert said[1] == ["step 2", "第 1 步"]
    assert said[2] == ["Guess", "猜一猜"]
    assert "time" in said[3][0]
    assert "时间" in said[3][1]


def test_a_key_bound_to_whatever_has_the_focus_is_the_widgets(bare) -> None:
    """Jupyter Notebook 7 hears keys before the widget, and looks at the focus first of all."""
    heard = bare.page.evaluate(
        """() => {
          const taken = [];
          document.addEventListener('keydown', event => {
            for (let at = event.target; at; at = at.parentElement) {
              if (at.hasAttribute('data-lm-suppress-shortcuts')) return;
              if (!at.matches(':focus')) continue;
              taken.push(event.key);
              event.stopPropagation();
              return;
            }
          }, { capture: true });
          const el = document.body.appendChild(document.createElement('div'));
          const { model } = make(el, 'forward', 'en');
          const handle = el.querySelector('[data-kedou=line-end]');
          const before = Number(handle.dataset.value);
          handle.focus();
          const press = (key, more) => handle.dispatchEvent(
            new KeyboardEvent('keydown', { key, bubbles: true, composed: true, ...more }));
          press('ArrowUp');
          press('Enter', { shiftKey: true });
          return { taken, moved: model.get('wire').state.w - before };
        }"""
    )
    assert heard["taken"] == ["Enter"]
    assert heard["moved"] == pytest.approx(0.01)


def test_what_was_written_here_is_not_heard_here(bare) -> None:
    found = bare.page.evaluate(
        """async () => {
          const frame = () => new Promise(done => requestAnimationFrame(() =>
            requestAnimationFrame(done)));
          const el = document.body.appendChild(document.createElement('div'));
          const { model } = make(el, 'forward', 'en');
          const handle = el.querySelector('[data-kedou=line-end]');
          const press = key => handle.dispatchEvent(
            new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));
          press('ArrowUp');
          const early = model.get('wire');
          press('ArrowUp');
          const late = model.get('wire').state.w;
          model.set('wire', early);
          await frame();
          const kept = Number(handle.dataset.value);
          model.set('wire', { state: { ...early.state, w: 0.3 }, by: 'python', number: 9 });
          await frame();
          const followed = Number(handle.dataset.value);
          const before = model.sent;
          model.set('wire', { state: { ...early.state, w: 77 }, by: 'python', number: 10 });
          await frame();
          return { late, kept, followed, w: Number(handle.dataset.value),
            sent: model.sent - before, back: model.get('wire').state.w,
            notice: el.querySelector('[data-kedou=notice]').checkVisibility() };
        }"""
    )
    assert found["kept"] == found["late"], "an echo moved what a hand holds"
    assert found["followed"] == found["w"] == found["back"] == 0.3
    assert found["notice"]
    assert found["sent"] == 1


def test_nothing_outside_is_styled_and_nothing_is_left_behind(bare) -> None:
    found = bare.page.evaluate(
        """() => {
          const other = document.body.appendChild(document.createElement('section'));
          other.innerHTML = '<h1 class="label">t</h1><p>t</p><ol><li>t</li></ol><pre>t</pre>' +
            '<table class="matrix"><caption>t</caption><tr><th>t</th><td>t</td></tr></table>' +
            '<input type="range"><input class="field"><textarea></textarea>' +
            '<button class="button main bar-button">t</button>' +
            '<div class="row lesson scene">t</div>';
          const all = [document.documentElement, document.body, ...other.querySelectorAll('*')];
          const styles = () => all.map(each => {
            const style = getComputedStyle(each);
            const values = [...style].map(name => style.getPropertyValue(name));
            return [each.tagName, ...values].join(';');
          });
          const link = document.querySelector('link');
          link.disabled = true;
          const plain = styles();
          link.disabled = false;
          const el = document.body.appendChild(document.createElement('div'));
          el.style.position = 'fixed';
          const { model, destroy } = make(el, 'train', 'en');
          const differing = styles().filter((each, i) => each !== plain[i]);
          const changed = differing.map(each => each.slice(0, 60));
          const listeners = model.listeners;
          destroy();
          return { changed, listeners, left: model.listeners, inside: el.childElementCount,
            attributes: [...document.documentElement.attributes].length };
        }"""
    )
    assert found["changed"] == []
    assert found["listeners"] > 0
    assert found["left"] == found["inside"] == found["attributes"] == 0


def test_a_narrow_place_has_the_layout_of_a_narrow_page(bare) -> None:
    across = bare.page.evaluate(
        """() => [360, 800, 1300].map(width => {
          const el = document.body.appendChild(document.createElement('div'));
          el.style.width = `${width}px`;
          make(el, 'backward', 'en');
          const boxes = [...el.querySelectorAll('.picture')].map(e => e.getBoundingClientRect());
          const side = el.querySelector('.side').getBoundingClientRect();
          const columns = new Set(boxes.map(({ left }) => Math.round(left))).size;
          return [columns, side.top > boxes[0].bottom, el.scrollWidth <= width];
        })"""
    )
    assert across == [[1, True, True], [2, True, True], [2, False, True]]
