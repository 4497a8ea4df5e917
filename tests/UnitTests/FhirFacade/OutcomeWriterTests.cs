using System.Text;
using Dicom2Fhir.FhirFacade;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class OutcomeWriterTests
{
    [Fact]
    public void A_bare_refusal_gets_an_outcome()
    {
        var answer = Encoding.UTF8.GetString(OutcomeWriter.WithOutcome("HTTP/1.1 414 URI Too Long\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8)!);
        var (head, body) = (answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)], answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.StartsWith("HTTP/1.1 414 URI Too Long\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Connection: close", head, StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {Encoding.UTF8.GetByteCount(body)}", head, StringComparison.Ordinal);
        Assert.StartsWith("{\"resourceType\":\"OperationOutcome\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\n\r\n")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 10\r\n\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n")]
    [InlineData("HTTP/1.1 4")]
    [InlineData("{}")]
    [InlineData("")]
    public void Everything_else_passes(string text) => Assert.Null(OutcomeWriter.WithOutcome(Encoding.UTF8.GetBytes(text)));
}
