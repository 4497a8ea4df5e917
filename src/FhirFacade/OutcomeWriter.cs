using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.WebUtilities;

namespace Dicom2Fhir.FhirFacade;

/// <summary>
/// The server answers what is no HTTP, or longer than it takes, before any code of ours runs and with an empty body. On its way out such an answer
/// (status 400 or more, Content-Length 0) gets an OperationOutcome; everything else passes.
/// </summary>
sealed class OutcomeWriter(PipeWriter inner) : PipeWriter
{
    // Not HTTP, slow, no length, a long body, a long request line, long headers, another HTTP.
    static readonly int[] Refusals = [400, 408, 411, 413, 414, 431, 505];

    static readonly byte[] Empty = Encoding.ASCII.GetBytes("Content-Length: 0\r\n");

    Memory<byte> lent;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => lent = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (WithOutcome(lent.Span[..bytes]) is { } answer)
        {
            inner.Advance(0);
            inner.Write(answer);
        }
        else
        {
            inner.Advance(bytes);
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    /// <summary>Null for what is no whole head of an error without a body.</summary>
    internal static byte[]? WithOutcome(ReadOnlySpan<byte> head)
    {
        if (!(head.StartsWith("HTTP/1.1 4"u8) || head.StartsWith("HTTP/1.1 5"u8)) || !head.EndsWith("\r\n\r\n"u8)) return null;
        var status = int.Parse(head[9..12], CultureInfo.InvariantCulture);
        var at = head.IndexOf(Empty);
        if (at < 0 || !Refusals.Contains(status)) return null;
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, FhirResponse.WriterOptions)) FhirErrors.Write(json, [FhirErrors.Framework(status, ReasonPhrases.GetReasonPhrase(status))]);

        var answer = new ArrayBufferWriter<byte>();
        answer.Write(head[..at]);
        answer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Type: {Formats.Json}\r\nContent-Length: {body.WrittenCount}\r\n")));
        answer.Write(head[(at + Empty.Length)..]);
        answer.Write(body.WrittenSpan);
        return answer.WrittenSpan.ToArray();
    }
}

static class OutcomeConnections
{
    public static void UseOutcomes(this IConnectionBuilder listen) =>
        listen.Use(next => connection =>
        {
            connection.Transport = new Duplex(connection.Transport.Input, new OutcomeWriter(connection.Transport.Output));
            return next(connection);
        });

    sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
