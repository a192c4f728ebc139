"""The ways out as they are set: which there are, whom they reach, and the gateway of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from nats.js.client import JetStreamContext

from libs.contracts.errors import HotlineError
from libs.mail.threads import Signed, Threads
from libs.runtime.tokens import Vault, read_key
from services.notifier.domain.talks import Reach
from services.notifier.gateways import facebook, zalo
from services.notifier.gateways.answers import Bucket
from services.notifier.gateways.console import Console
from services.notifier.gateways.gateway import Gateway
from services.notifier.gateways.kannel import Kannel
from services.notifier.gateways.smtp import Smtp
from services.notifier.gateways.webhook import Webhook
from services.notifier.gateways.zalo_oauth import ZaloOauth
from services.notifier.gateways.zns import ZnsTemplate, read_templates
from services.notifier.partners import PartnerRow, known, read_partners
from services.notifier.settings import Settings
from services.notifier.tokens import Renew, Tokens


class PasswordUnreadable(HotlineError):
    """A password file cannot be read."""


class MailKeyUnusable(HotlineError):
    """The mail key or the mailbox for replies cannot be used; the message says why."""


@dataclass(frozen=True)
class Ways:
    """What the settings and the files they name say. Raises when one of the files cannot be used."""

    settings: Settings
    templates: Mapping[str, ZnsTemplate]
    partners: Mapping[str, PartnerRow]

    @classmethod
    def of(cls, settings: Settings) -> "Ways":
        return cls(settings, read_templates(settings.zns_file), read_partners(settings.partners_file))

    @property
    def reach(self) -> Reach:
        """Whom a letter can reach."""
        accounts = {"zalo": self.settings.zalo_account, "facebook": self.settings.facebook_page}
        return Reach(
            accounts={way: account for way, account in accounts.items() if account},
            zns=frozenset(self.templates),
            partners=known(self.partners),
            own=frozenset(
                {parseaddr(self.settings.smtp_from)[1].lower(), own_address(self.settings).lower()}
            ),
        )

    @property
    def providers(self) -> tuple[str, ...]:
        """Whose tokens are needed."""
        return tuple(self.reach.accounts)

    def tokens(self, js: JetStreamContext) -> Tokens:
        """The providers' tokens, and how they are renewed."""
        told = self.settings
        renewals: dict[str, Renew] = {}
        if told.zalo_account:
            secret = password(told.zalo_app_secret_file) or ""
            renewals[zalo.PROVIDER] = ZaloOauth(told.zalo_oauth_url, told.zalo_app_id, secret).renew
        key = read_key(told.token_key_file) if told.token_key_file and self.providers else None
        vault = Vault(js, key) if key else None
        return Tokens(vault, renewals)

    def gateways(self, tokens: Tokens) -> dict[str, Gateway]:
        """The gateway of each way."""
        told = self.settings
        found: dict[str, Gateway] = {"email": _mail(told), "sms": _sms(told)}
        if told.zalo_account:
            rate = Bucket(told.chat_rate)
            found["zalo"] = zalo.Zalo(zalo.ZaloCalls(told.zalo_url, tokens, bucket=rate))
        if self.templates:
            calls = zalo.ZaloCalls(told.zns_url, tokens, bucket=Bucket(told.chat_rate))
            found["zns"] = zalo.Zns(calls, self.templates)
        if told.facebook_page:
            found["facebook"] = facebook.Facebook(
                url=told.facebook_url,
                page=told.facebook_page,
                tokens=tokens,
                secret=password(told.facebook_app_secret_file) or "",
                bucket=Bucket(told.chat_rate),
            )
        if self.partners:
            found["webhook"] = Webhook(self.partners)
        return found


def _mail(settings: Settings) -> Gateway:
    return Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=settings.smtp_from,
        user=settings.smtp_user or None,
        password=password(settings.smtp_password_file),
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
        threads=_threads(settings),
    )


def _threads(settings: Settings) -> Threads | None:
    secret = password(settings.mail_key_file)
    if secret is None:
        return None
    try:
        return Threads(Signed.of(secret), own_address(settings), settings.mail_separator)
    except ValueError as error:
        raise MailKeyUnusable(str(error)) from error


def own_address(settings: Settings) -> str:
    """The mailbox that reads replies and bounces."""
    return settings.mail_address or parseaddr(settings.smtp_from)[1]


def _sms(settings: Settings) -> Gateway:
    if settings.sms_gateway == "console":
        return Console(settings.sms_file)
    secret = password(settings.kannel_report_secret_file)
    return Kannel(
        url=settings.kannel_url,
        user=settings.kannel_user,
        password=password(settings.kannel_password_file) or "",
        sender=settings.kannel_from,
        timeout=settings.kannel_timeout,
        reports=f"{settings.kannel_report_url.rstrip('/')}/{secret}" if secret else "",
    )


def password(file: Path | None) -> str | None:
    """What stands in the file. Raises PasswordUnreadable."""
    if file is None:
        return None
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PasswordUnreadable(f"password file {file.name}: {type(error).__name__}") from error
