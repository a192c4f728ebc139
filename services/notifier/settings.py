"""What an operator may set, as `HOTLINE_NOTIFIER_<NAME>`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from libs.runtime.settings import DatabaseSettings, settings_config
from services.notifier.gateways.smtp import TlsMode

MINUTE, HOUR = 60.0, 3600.0


class Settings(DatabaseSettings):
    """Mail goes out over real SMTP; text messages go to a console until a gateway is named."""

    model_config = settings_config("notifier")

    operations_port: int = Field(9105, ge=0, le=65_535, description="health, readiness, metrics")
    portal_url: str = Field("http://127.0.0.1:8080", description="address of the portal in citizens' letters")
    desk_url: str = Field("http://127.0.0.1:8081", description="address of the desk in officers' letters")

    smtp_host: str = Field("127.0.0.1", description="the mail server that takes our letters")
    smtp_port: int = Field(1025, ge=1, le=65_535, description="its port")
    smtp_tls: TlsMode = Field("none", description="none, starttls or tls: never guessed")
    smtp_ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")
    smtp_from: str = Field(
        "Tổng đài 1022 <tong-dai@1022.example>",
        pattern=r"^[^\r\n]*@[^\r\n]*$",
        description="sender of our letters",
    )
    smtp_user: str | None = Field(None, description="log-in at the mail server; none: it asks for none")
    smtp_password_file: Path | None = Field(None, description="file holding the password of that log-in")
    smtp_timeout: float = Field(30.0, gt=0, description="seconds for each step of the protocol")
    mail_key_file: Path | None = Field(
        None,
        description="signs reply and bounce addresses; intake has the same; default: letters of no thread",
    )
    mail_address: str = Field(
        "",
        pattern="^([!-?A-~]+@[A-Za-z0-9.-]+)?$",
        description="mailbox for replies and bounces; default: smtp_from's",
    )
    mail_separator: Literal["+", "-", "=", ""] = Field(
        "+", description="between mailbox and token; empty: the mail server knows no such addresses"
    )

    sms_gateway: Literal["console", "kannel"] = Field(
        "console", description="console (text messages are only written down) or kannel"
    )
    sms_file: Path | None = Field(None, description="where the console writes; default: standard output")
    sms_region: str = Field("VN", pattern="^[A-Z]{2}$", description="country whose mobiles get text messages")
    kannel_url: str = Field(
        "http://127.0.0.1:13013/cgi-bin/sendsms", pattern="^https?://", description="Kannel's sendsms"
    )
    kannel_user: str = Field("", description="our name at Kannel")
    kannel_password_file: Path | None = Field(None, description="file holding our password there")
    kannel_from: str = Field("1022", max_length=11, description="brand name or short number")
    kannel_timeout: float = Field(10.0, gt=0, description="seconds for handing over one text message")
    kannel_report_url: str = Field(
        "", pattern="^(https?://.*)?$", description="intake's hook for Kannel's reports, without the secret"
    )
    kannel_report_secret_file: Path | None = Field(None, description="last part of that address")

    token_key_file: Path | None = Field(None, description="key that seals the providers' tokens")
    zalo_account: str = Field("", description="id of the Official Account; empty: no Zalo")
    zalo_app_id: str = Field("", description="id of the app that speaks for the account")
    zalo_app_secret_file: Path | None = Field(None, description="the App Secret Key, not the webhook's")
    zalo_url: str = Field("https://openapi.zalo.me", pattern="^https?://", description="messages")
    zalo_oauth_url: str = Field("https://oauth.zaloapp.com", pattern="^https?://", description="tokens")
    zns_url: str = Field(
        "https://business.openapi.zalo.me", pattern="^https?://", description="messages to phone numbers"
    )
    zns_file: Path | None = Field(None, description="ZNS templates by letter; without it none is sent")
    facebook_page: str = Field("", description="id of the Page; empty: no Facebook")
    facebook_app_secret_file: Path | None = Field(None, description="file holding the app's secret")
    facebook_url: str = Field(
        "https://graph.facebook.com/v26.0",
        pattern="^https?://",
        description="the Graph API, its version included",
    )
    chat_rate: float = Field(10.0, gt=0, description="messages a second to Zalo, and to Facebook")
    partners_file: Path | None = Field(None, description="partners to tell of their cases; default: none")
    divert_seconds: float = Field(
        15 * MINUTE, gt=0, description="how long letters wait for a way that is away and then go another"
    )

    retry_seconds: tuple[float, ...] = Field(
        (5.0, 30.0, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR),
        description="pause after each attempt that was put off; after the last one the letter has failed",
    )
    handover_seconds: float = Field(120.0, gt=0, description="the longest a gateway may take for one letter")
    lease_seconds: float = Field(300.0, gt=0, description="after it a letter being tried is lost")
    poll_seconds: float = Field(5.0, gt=0, description="pause between two looks for letters that are due")

    @field_validator("zns_file", "partners_file", "mail_key_file", mode="before")
    @classmethod
    def _unset(cls, file: object) -> object:
        """An empty variable in compose's environment is none."""
        return file or None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.smtp_user and self.smtp_password_file is None:
            raise ValueError("smtp_user needs smtp_password_file")
        if self.sms_gateway == "kannel" and not (self.kannel_user and self.kannel_password_file):
            raise ValueError("sms_gateway=kannel needs kannel_user and kannel_password_file")
        if bool(self.kannel_report_url) != bool(self.kannel_report_secret_file):
            raise ValueError("kannel_report_url and kannel_report_secret_file go together")
        if self.zalo_account and not (self.zalo_app_id and self.zalo_app_secret_file and self.token_key_file):
            raise ValueError("zalo_account needs zalo_app_id, zalo_app_secret_file and token_key_file")
        if self.zns_file and not self.zalo_account:
            raise ValueError("zns_file needs zalo_account")
        if self.facebook_page and not (self.facebook_app_secret_file and self.token_key_file):
            raise ValueError("facebook_page needs facebook_app_secret_file and token_key_file")
        if self.lease_seconds <= self.handover_seconds:
            raise ValueError("lease_seconds must be longer than handover_seconds")
        return self
