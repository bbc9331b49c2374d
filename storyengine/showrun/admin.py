"""Nobody looks at anybody's one-time passwords, whose secret the admin would show: their owner sets them up.

`manage.py staff --forget-codes` takes them away from who lost a phone.
"""

from django.contrib import admin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

admin.site.unregister([StaticDevice, TOTPDevice])
