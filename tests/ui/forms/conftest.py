"""Forms of methods, and hands for their sliders."""

import pytest
from PySide6.QtCore import Qt

from tests.ui import sample
from tests.ui.conftest import settle
from workbench.core.recipe.params import Field
from workbench.ui.actions import ParamForm
from workbench.ui.widgets import theme

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton


RATE = Field("rate", "float", 0.003, "Learning rate.", low=1e-5, high=0.1, log=True)


@pytest.fixture(scope="module", autouse=True)
def light(qapp):
    theme.apply(qapp, "light")


@pytest.fixture
def form_of(qtbot):
    def make(method=sample.AFFINE, values=None, **more):
        fields = method if isinstance(method, tuple) else method.fields
        form = ParamForm(fields, values or {}, **more)
        form.resize(280, form.sizeHint().height())
        form.heard = []
        form.changed.connect(lambda name, value, finished: form.heard.append((name, value, finished)))
        qtbot.addWidget(form)
        form.show()
        settle()
        form.activateWindow()
        qtbot.waitUntil(form.isActiveWindow)
        return form

    return make


def shown(form, name: str) -> bool:
    return form.editor(name).isVisibleTo(form)
