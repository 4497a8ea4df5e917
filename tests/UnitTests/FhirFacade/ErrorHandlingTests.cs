using System.Buffers;
using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class ErrorHandlingTests
{
    public static TheoryData<Exception, int, string> Exceptions => new()
    {
        { new InvalidOperationException("secret"), 500, "exception" },
        { new JsonException("secret"), 500, "exception" },
        { new NpgsqlException("secret"), 503, "transient" },
        { new NpgsqlException("secret", new TimeoutException()), 503, "transient" },
        { Postgres("57014"), 503, "transient" },
        { Postgres("57P01"), 503, "transient" },
        { Postgres("53300"), 503, "transient" },
        { Postgres("28P01"), 503, "transient" },
        { Postgres("3D000"), 503, "transient" },
        { Postgres("42601"), 500, "exception" },
        { Postgres("23505"), 500, "exception" },
        { new BadHttpRequestException("large", 413), 413, "too-long" },
        { new BadHttpRequestException("cut off", 400), 400, "invalid" },
        { new BadHttpRequestException("slow", 408), 408, "timeout" },
        { new FhirErrorException(FhirErrors.PageGone), 410, "expired" },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Exceptions_become_errors_that_tell_nothing_of_the_inside(Exception exception, int status, string code)
    {
        var error = Assert.Single(ErrorHandling.Errors(exception));
        Assert.Equal((status, code), (error.Status, error.Code));
        Assert.DoesNotContain("secret", error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(QueryProblemKind.Invalid, "invalid")]
    [InlineData(QueryProblemKind.NotSupported, "not-supported")]
    [InlineData(QueryProblemKind.TooCostly, "too-costly")]
    public void Problems_of_a_query_are_400_and_name_the_parameter(QueryProblemKind kind, string code) =>
        Assert.Equal(new FhirError(400, code, "text", "http.colour"), FhirErrors.Of(new QueryProblem(kind, "colour", "text", true)));

    [Fact]
    public void Errors_are_strictly_FHIR_and_have_no_id()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            FhirErrors.Write(json, [FhirErrors.BadParameter("_count", "\"a\" is no number"), FhirErrors.TooLarge]);
        }

        var options = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);
        var outcome = Assert.IsType<OperationOutcome>(JsonSerializer.Deserialize<Resource>(buffer.WrittenSpan, options));
        Assert.Null(outcome.Id);
        Assert.Equal(["\"a\" is no number", FhirErrors.TooLarge.Text], outcome.Issue.Select(issue => issue.Diagnostics));
        Assert.Equal(["http._count"], outcome.Issue[0].Expression);
    }

    [Fact]
    public void Every_error_is_documented()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/error-codes.md"));
        FhirError[] errors =
        [
            FhirErrors.UnknownType("x"), FhirErrors.NotFound("x", "x"), FhirErrors.Gone("x", "x"), FhirErrors.BadId("x"), FhirErrors.NoRoute("x"), FhirErrors.NotAllowed("x", "x"),
            FhirErrors.NoInteraction("x"), FhirErrors.NotAcceptable("x"), FhirErrors.WrongBody("x", "x"), FhirErrors.CompressedBody("x"), FhirErrors.TooLarge, FhirErrors.BadRequest("x"), FhirErrors.BadParameter("x", "x"),
            FhirErrors.TypeNotSearched("x"), FhirErrors.TooManyParameters(2, 1), FhirErrors.TooManyEntries(2, 1), FhirErrors.BatchTooLarge, FhirErrors.TooSlow,
            FhirErrors.Framework(400, "x"), FhirErrors.Framework(408, "x"), FhirErrors.Framework(414, "x"), FhirErrors.Framework(431, "x"), FhirErrors.NoNarrativeOfIncludes, FhirErrors.BadPage, FhirErrors.PageGone, FhirErrors.TooLongForPages, FhirErrors.Unavailable("x"), FhirErrors.Internal,
        ];
        Assert.All(errors, error => Assert.Contains($"| {error.Status} | {error.Code} |", page, StringComparison.Ordinal));
    }

    static PostgresException Postgres(string state) => new("secret", "ERROR", "ERROR", state);
}
