"""Numbers for rows that are still to be written."""

from django.db import connection, models


def fresh_ids(model: type[models.Model], number: int) -> list[int]:
    """So many ids from the table's own sequence: rows that point at each other are known before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [pk for (pk,) in cursor.fetchall()]
