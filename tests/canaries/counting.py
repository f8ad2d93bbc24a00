"""Tests that count everybody: the canaries are taken out before these begin, and are there again afterwards.

A test belongs here only when it counts all people or all organisations: one entry is the beginning of its address, so
a folder, a file, or a file and a test. It is still guarded, without the rows. Everything else runs with the canaries
in its database. When a new test fails and names "Zymber" or "Zy Canary House", it counts everybody.
"""

EVERYBODY = (
    # An import compares a whole list with all people there are.
    "tests/contacts/imports/",
    "tests/contacts/test_import",
    "tests/contacts/test_sync_meps.py",
    "tests/contacts/privacy/test_everything.py",
    "tests/contacts/privacy/test_legal_bases.py",
    "tests/contacts/privacy/test_imports_revive_nobody.py",
    "tests/benchmarks/",
    "tests/faults/test_approval_dies.py",
    "tests/faults/test_real_members.py",
    "tests/desk/test_demo_data.py",
    "tests/contacts/test_adding_people.py",
    # What a rule over all people finds, and how far one counts.
    "tests/contacts/test_count_segment.py",
    "tests/contacts/test_counting.py",
    "tests/contacts/test_criteria_",
    "tests/contacts/test_languages.py",
    "tests/contacts/test_real_segments.py",
    "tests/contacts/test_salutations.py",
    "tests/contacts/test_segment_",
    "tests/mailing/test_dispatch_window.py::test_a_contact_erased_since_the_freeze_is_left_out",
    "tests/mailing/test_segments_of_letters.py",
    # Whole lists and files.
    "tests/contacts/test_exporting.py::test_a_secret_persons_addresses_are_left_out",
    "tests/contacts/test_exporting.py::test_both_files_hold_the_same_rows",
    "tests/contacts/test_exporting.py::test_the_number_of_queries_goes_by_rounds_and_not_by_people",
    "tests/contacts/test_exporting.py::test_what_a_workbook_cannot_hold_breaks_nothing",
    "tests/contacts/test_people_pages.py::test_a_confidential_organisations_address_is_never_exported_or_shown",
    "tests/contacts/test_people_pages.py::test_an_unknown_filter_value_is_told_and_filters_nothing",
    "tests/contacts/test_people_pages.py::test_erased_people_are_not_listed",
    "tests/contacts/test_people_pages.py::test_people_are_sorted_by_family_name_whatever_the_accents",
    "tests/contacts/test_people_pages.py::test_without_people_the_page_says_how_they_come",
    "tests/contacts/test_secret_addresses.py::test_flags_read_with_the_rows_cost_no_query_each",
)
