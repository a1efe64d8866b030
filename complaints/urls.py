from django.urls import path

from complaints.views import complaints, contact, links

app_name = "complaints"
urlpatterns = [
    path("contact/", contact.contact, name="contact"),
    path("contact/<str:number>/", contact.thread, name="thread"),
    path("complaints/new/", complaints.new, name="new"),
    path("complaints/find/", links.find, name="find"),
    path("complaints/<str:number>/", complaints.case, name="case"),
    path("complaints/<str:number>/paper/", complaints.paper, name="paper"),
    path("complaints/<str:number>/files/<uuid:file_id>/", complaints.file, name="file"),
]
