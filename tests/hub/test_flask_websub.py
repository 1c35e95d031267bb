"""Another's program on the other side: Flask-WebSub as a subscriber of our hub, and as our publisher's hub."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.daemon.harness import free_port
from tests.hub.scene import Scene, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("flask_websub")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@contextmanager
def _served(app: Any, port: int) -> Iterator[str]:
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_flask_websub_subscribes_to_our_hub_is_verified_and_gets_what_is_published(tmp_path: Path) -> None:
    from flask import Flask
    from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage
    from flask_websub.subscriber import Subscriber as Theirs

    port = free_port()
    app = Flask(__name__)
    app.config["SERVER_NAME"] = f"127.0.0.1:{port}"
    theirs = Theirs(
        SQLite3SubscriberStorage(str(tmp_path / "s.db")), SQLite3TempSubscriberStorage(str(tmp_path / "t.db"))
    )
    app.register_blueprint(theirs.build_blueprint(url_prefix="/callbacks"))
    heard: list[tuple[str, bytes]] = []
    ended: list[str] = []
    theirs.add_listener(lambda topic, _id, body: heard.append((topic, body)))
    theirs.add_success_handler(lambda _topic, _id, mode: ended.append(mode))
    with Scene(tmp_path / "ours") as scene, _served(app, port):
        from flask_websub.subscriber import discover

        with app.app_context():
            found = discover(scene.topic())
            key = theirs.subscribe(**found, lease_seconds=86_400)  # it gives no secret over http
        assert found == {"hub_url": f"http://127.0.0.1:{scene.port}/hub", "topic_url": scene.topic()}
        assert scene.verify() == 1
        scene.publish("The second story")
        scene.deliver()
        assert heard == [(scene.topic(), scene.document())]
        with app.app_context():
            theirs.unsubscribe(key)
        assert scene.verify() == 1
        assert ended == ["subscribe", "unsubscribe"]
        assert scene.publish("The third story") == 0


def test_flask_websub_as_a_hub_takes_our_pings_and_tells_its_subscribers(
    tmp_path: Path, reader: Subscriber
) -> None:
    pytest.importorskip("celery")
    from celery import Celery
    from flask import Flask
    from flask_websub.hub import Hub, SQLite3HubStorage

    port = free_port()
    celery = Celery("hub", broker="memory://", backend="cache+memory://")
    celery.conf.task_always_eager = True
    app = Flask(__name__)
    app.config["PUBLISH_SUPPORTED"] = True
    hub = Hub(SQLite3HubStorage(str(tmp_path / "hub.db")), celery, **_settings(app))
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    with (
        _served(app, port) as theirs,
        Scene(tmp_path / "ours", server={"hub": [f"{theirs}/hub"]}) as scene,
    ):
        assert f'<{theirs}/hub>; rel="hub"' in scene.get("/feeds/all.atom").all("link")
        said = {"hub.mode": "subscribe", "hub.topic": scene.topic(), "hub.callback": f"{reader.url}/cb"}
        from tests.server.asking import ask

        form = {"content-type": "application/x-www-form-urlencoded"}
        from urllib.parse import urlencode

        address = urlsplit(theirs)
        where = (address.hostname or "", address.port or 0)
        assert ask(where, "/hub", form, "POST", urlencode(said).encode()).status == 202
        scene.publish("The second story")
        scene.deliver()
        assert [it.body for it in reader.sent] == [scene.document()]


def _settings(app: Any) -> dict[str, Any]:
    return {"PUBLISH_SUPPORTED": True, "BACKOFF_BASE": 0.1, "MAX_ATTEMPTS": 1, "REQUEST_TIMEOUT": 10, **app.config}
