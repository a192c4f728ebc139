"""Machinery: replicas, lag, dead letters, storage, letters, and the figures themselves."""

from typing import Any

from ops.grafana.panels import lines
from ops.grafana.queries import latest, per_hour, quantile

_OF_CONSUMER = "{{consumer}} {{stream}}"


def panels() -> list[Any]:
    count = "hotline_reporting_collector_last_success_timestamp_seconds"
    return [
        lines("Bản đang chạy · Replicas", "Theo dịch vụ", "short", ("count by (job) (up == 1)", "{{job}}")),
        lines("Sự kiện chờ đọc · Consumer lag", "Theo dịch vụ và luồng",
              "short", (latest("consumer_pending", "consumer", "stream"), _OF_CONSUMER)),
        lines("Chờ xác nhận, đọc lại · Ack pending, redelivered", "Theo dịch vụ và luồng", "short",
              (latest("consumer_ack_pending", "consumer", "stream"), _OF_CONSUMER),
              (latest("consumer_redelivered", "consumer", "stream"), f"lại {_OF_CONSUMER}")),
        lines("Không xử lý được · Dead letters, parked", "Sự kiện trong DEAD; yêu cầu bị bỏ qua", "short",
              (latest("stream_messages", labels='stream="DEAD"'), "DEAD"),
              ("max by (service) (hotline_parked_cases)", "{{service}}")),
        lines("Dung lượng luồng · Streams", "Byte đã ghi",
              "bytes", (latest("stream_bytes", "stream"), "{{stream}}")),
        lines("Ổ đĩa trống · Free disk", "Phần còn trống",
              "percentunit", ("min by (disk) (hotline_reporting_disk_free_ratio)", "{{disk}}")),
        lines("Thư · Letters", "Theo kết quả, trong một giờ", "short",
              (per_hour("hotline_notifier_letters_total", "way, outcome"), "{{way}} {{outcome}}")),
        lines("Thư chờ gửi · Letters waiting", "Số thư chờ; số thư không rõ đã gửi hay chưa", "short",
              ("max(hotline_notifier_waiting)", "chờ · waiting"),
              ("max(hotline_notifier_unconfirmed)", "không rõ · unconfirmed")),
        lines("Ghi sự kiện · Batches", "p99 thời gian ghi một lô", "s",
              (quantile(0.99, "hotline_batch_seconds", by="le, service"), "{{service}}")),
        lines("Thao tác ở bàn trực · Commands", "Theo kết quả, trong một giờ",
              "short", (per_hour("hotline_desk_commands_total", "outcome"), "{{outcome}}")),
        lines("Cổng thông tin · Portal", "Phiếu gửi qua cổng theo kết quả, trong một giờ",
              "short", (per_hour("hotline_portal_requests_total", "outcome"), "{{outcome}}")),
        lines("Chuỗi số liệu · Series", "Theo dịch vụ; một bản không quá 5.000",
              "short", ("max by (job) (scrape_samples_scraped)", "{{job}}")),
        lines("Tuổi của số liệu · Age of the figures", "Từ lần đếm cuối",
              "s", (f"time() - max({count})", "lần đếm cuối · last count")),
    ]  # fmt: skip
